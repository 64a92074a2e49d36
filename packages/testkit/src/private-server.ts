import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { answers } from './answers.js'

/** A server of a run's own, in a temporary folder and on a free port of 127.0.0.1. */
export interface PrivateServer {
  readonly port: number
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** What is started. */
export interface PrivateServerOptions {
  /** Names the temporary folder. */
  readonly name: string
  /** Runs to its end first, in the folder. */
  prepare?(folder: string): readonly [program: string, ...args: string[]]
  command(folder: string, port: number): readonly [program: string, ...args: string[]]
  /** Ends the server at once: its data is not needed any more. */
  readonly signal: 'TERM' | 'QUIT'
}

const startsWithinMs = 60_000
const attempts = 3

/**
 * Runs a server until its own standard input ends, and removes its folder then. The input ends with the process that holds it,
 * also when that one is killed, so no server outlives the run that started it.
 */
const keeper = `
  signal=$1 folder=$2
  shift 2
  exec 3<&0
  "$@" 3<&- </dev/null & server=$!
  (trap '' INT TERM HUP; cat <&3 >/dev/null; kill -s "$signal" "$server") 2>/dev/null >&2 &
  trap '' INT TERM HUP
  wait "$server"
  rm -rf "$folder"`

/**
 * Starts a server and waits until it accepts connections. Run by root, it belongs to another user.
 *
 * @throws {Error} with all that it wrote, when it does not.
 */
export async function startPrivateServer(options: PrivateServerOptions): Promise<PrivateServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options)
    } catch (error) {
      // Somebody else may have taken the port.
      if (attempt === attempts) throw error
    }
  }
}

async function start(options: PrivateServerOptions): Promise<PrivateServer> {
  const { name, prepare, command, signal } = options
  const folder = mkdtempSync(join(tmpdir(), `koywe-${name}-`))
  const user = unprivilegedUser()
  if (user) chownSync(folder, user.uid, user.gid)
  const settings = { cwd: folder, ...user, env: { ...process.env, HOME: folder } }
  try {
    const [program, ...args] = prepare?.(folder) ?? ['true']
    execFileSync(program, args, { ...settings, stdio: 'pipe' })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  const port = await freePort()
  const child = spawn('sh', ['-c', keeper, 'sh', signal, folder, ...command(folder, port)], {
    ...settings,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A Ctrl-C at the terminal reaches this process, whose end stops the server.
    detached: true,
  })
  const ended = once(child, 'exit')
  let said = ''
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (text) => {
      if (said.length < 10_000) said += text
    })
  }
  async function stop(): Promise<void> {
    child.ref()
    child.stdin.end()
    await ended
  }
  const started = Date.now()
  while (!(await answers('127.0.0.1', port))) {
    if (child.exitCode !== null || Date.now() - started > startsWithinMs) {
      await stop()
      throw new Error(`${name} did not start:\n${said}`)
    }
    await delay(50)
  }
  if (child.exitCode !== null) throw new Error(`${name} did not start:\n${said}`)
  // A run that ends does not wait for its servers.
  child.unref()
  for (const stream of [child.stdin, child.stdout, child.stderr]) unref(stream)
  return { port, stop }
}

/** The pipes of a child are sockets, which their types do not say. */
function unref(stream: object): void {
  if ('unref' in stream && typeof stream.unref === 'function') stream.unref()
}

/** PostgreSQL refuses to run as root, and nothing else needs to. */
function unprivilegedUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const user of ['postgres', 'nobody']) {
    try {
      const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) =>
        Number(execFileSync('id', [flag, user], { stdio: ['ignore', 'pipe', 'ignore'] })),
      )
      return { uid, gid }
    } catch {
      // There is no such user.
    }
  }
  return undefined
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // the address of a TCP server is an object
  server.close()
  await once(server, 'close')
  return port
}
