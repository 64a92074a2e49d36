import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Connection, createConnection, type Framing } from './connection.js'

/** A server in its own process, and the client that posts to it from this one. */
export interface ServerProcess {
  readonly name: string
  /**
   * Posts the bodies over keep-alive connections and returns the server's CPU time per body in microseconds.
   *
   * @throws {Error} when one of them is not answered as expected.
   */
  costOf(bodies: readonly Buffer[], expected: 'acceptance' | 'refusal'): Promise<number>
  stop(): Promise<void>
}

const file = fileURLToPath(new URL('./servers/server.js', import.meta.url))

/** How a server is started and posted to. */
export interface ServerOptions {
  readonly framing?: Framing
  /** Beside the environment of this process. Default: production. */
  readonly env?: NodeJS.ProcessEnv
}

/** Starts the server with that name and opens that many connections to it. */
export async function startServer(
  name: string,
  connectionCount: number,
  { framing, env = { NODE_ENV: 'production' } }: ServerOptions = {},
): Promise<ServerProcess> {
  const child = fork(file, [name], { env: { ...process.env, ...env } })
  const port = await nextFigure(child)
  const connections = Array.from({ length: connectionCount }, () => createConnection(port, framing))

  async function cpuTime(): Promise<number> {
    const figure = nextFigure(child)
    child.send('CPU time')
    return figure
  }

  return {
    name,
    async costOf(bodies, expected) {
      // All connections share one iterator: each takes the next body once its answer is complete.
      const rest = bodies.values()
      async function postRest(connection: Connection): Promise<void> {
        for (const body of rest) {
          const status = await connection.post(body)
          if (expected === (status === 200 ? 'acceptance' : 'refusal')) continue
          throw new Error(`${name} answered ${status}, which is no ${expected}`)
        }
      }

      const start = await cpuTime()
      await Promise.all(connections.map(postRest))
      return ((await cpuTime()) - start) / bodies.length
    },
    async stop() {
      for (const connection of connections) connection.close()
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}

async function nextFigure(child: ChildProcess): Promise<number> {
  const gone = new AbortController()
  const exit = once(child, 'exit', { signal: gone.signal }).then(() => {
    throw new Error(`a server ended unexpectedly: ${child.spawnargs.at(-1)}`)
  })
  try {
    const [figure] = await Promise.race([once(child, 'message', { signal: gone.signal }), exit])
    return figure
  } finally {
    exit.catch(() => {})
    gone.abort()
  }
}
