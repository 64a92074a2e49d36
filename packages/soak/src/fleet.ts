import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { killProcess } from '@x/koywe-testkit/kill-process'
import type { ServerMessage, ServerSettings } from './server.js'

/** The resident memory of one process at one moment. */
export interface MemorySample {
  readonly server: number
  /** Seconds since the start of the fleet. */
  readonly at: number
  readonly megabytes: number
}

/** Three server processes, two of which can be killed. */
export interface Fleet {
  readonly ports: readonly number[]
  readonly memory: readonly MemorySample[]
  /** How many times a server was killed. */
  readonly kills: () => number
  /**
   * Kills a server with SIGKILL and restarts it a moment later, unless one is down already. The first server is spared, so that
   * its memory can be measured.
   */
  killOne(): void
  /** Ends all processes. @throws {Error} when a server could not be restarted. */
  stop(): Promise<void>
}

// Compiled: compiling it at every restart would take longer than the time between two kills.
const serverFile = fileURLToPath(new URL('../dist/server.js', import.meta.url))

/**
 * Starts the servers.
 *
 * @param onKill Called with the name of each server that is killed.
 */
export async function startFleet(
  settings: Omit<ServerSettings, 'port' | 'name'>,
  onKill: (server: string) => Promise<void>,
): Promise<Fleet> {
  const started = Date.now()
  const memory: MemorySample[] = []
  let kills = 0
  let restart: Promise<void> | undefined

  async function start(index: number, port: number): Promise<Running> {
    const child = fork(serverFile, [JSON.stringify({ ...settings, port, name: `${index}` })], {
      execArgv: [],
    })
    const listening = new Promise<number>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`server ${index} ended before it listened`)))
      child.on('message', (message: ServerMessage) => {
        if ('port' in message) return resolve(message.port)
        const at = Math.round((Date.now() - started) / 1000)
        memory.push({ server: index, at, megabytes: message.rss / 2 ** 20 })
      })
    })
    return { child, port: await listening }
  }

  const servers = await Promise.all([start(0, 0), start(1, 0), start(2, 0)])
  const ports = servers.map(({ port }) => port)

  async function killAndRestart(index: number): Promise<void> {
    const victim = servers[index]
    if (!victim) throw new Error('there are three servers')
    await killProcess(victim.child)
    kills++
    await onKill(`${index}`)
    await delay(200 + Math.random() * 800)
    servers[index] = await start(index, victim.port)
    restart = undefined
  }

  return {
    ports,
    memory,
    kills: () => kills,
    killOne() {
      restart ??= killAndRestart(Math.random() < 0.5 ? 1 : 2)
      // stop() reports it; until then the other servers suffice.
      restart.catch(() => {})
    },
    async stop() {
      const [restarted] = await Promise.allSettled([restart])
      await Promise.all(servers.map(({ child }) => killProcess(child)))
      if (restarted.status === 'rejected') throw restarted.reason
    },
  }
}

interface Running {
  readonly child: ChildProcess
  readonly port: number
}
