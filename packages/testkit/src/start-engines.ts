import { answers } from './answers.js'
import { findProgram } from './find-program.js'
import type { Program } from './install-hint.js'
import { type PrivateServer, startPrivateServer } from './private-server.js'

/** Where the engines of a run are; `undefined` where its programs are not installed. */
export interface EngineUrls {
  readonly redis: string | undefined
  readonly postgres: string | undefined
}

/** The engines of a run. */
export interface Engines {
  readonly urls: EngineUrls
  /** Those whose programs are not installed. */
  readonly missing: readonly Program[]
  /** Stops what was started. A server that an environment variable names keeps running. */
  stop(): Promise<void>
}

/** Names a server that is running already, for use instead of a private one. */
const variables = { redis: 'KOYWE_TEST_REDIS_URL', postgres: 'KOYWE_TEST_POSTGRES_URL' } as const

/**
 * Starts a private Redis and a private PostgreSQL, where they are installed. They stop with the process that started them.
 *
 * @throws {Error} when one does not start, or when `KOYWE_TEST_REDIS_URL` or `KOYWE_TEST_POSTGRES_URL` names a server that
 * does not answer.
 */
export async function startEngines(): Promise<Engines> {
  const servers: PrivateServer[] = []
  async function urlOf(
    engine: keyof EngineUrls,
    start: () => Promise<PrivateServer> | undefined,
    url: (port: number) => string,
  ): Promise<string | undefined> {
    const named = process.env[variables[engine]]
    if (named) return checkAnswers(variables[engine], named)
    const server = await start()
    if (!server) return undefined
    servers.push(server)
    return url(server.port)
  }
  async function stop(): Promise<void> {
    await Promise.all(servers.map((server) => server.stop()))
  }
  const starting = [
    urlOf('redis', startRedis, (port) => `redis://127.0.0.1:${port}`),
    urlOf('postgres', startPostgres, (port) => `postgres://postgres@127.0.0.1:${port}/postgres`),
  ] as const
  try {
    const [redis, postgres] = await Promise.all(starting)
    const missing: readonly Program[] = [
      ...(redis ? [] : (['Redis'] as const)),
      ...(postgres ? [] : (['PostgreSQL'] as const)),
    ]
    return { urls: { redis, postgres }, missing, stop }
  } catch (error) {
    await Promise.allSettled(starting)
    await stop()
    throw error
  }
}

function startRedis(): Promise<PrivateServer> | undefined {
  const program = findProgram('redis-server')
  if (!program) return undefined
  return startPrivateServer({
    name: 'redis',
    signal: 'TERM',
    command: (folder, port) => {
      const place = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder]
      return [program, ...place, '--save', '', '--appendonly', 'no']
    },
  })
}

function startPostgres(): Promise<PrivateServer> | undefined {
  const [initdb, postgres] = ['initdb', 'postgres'].map(findProgram)
  if (!initdb || !postgres) return undefined
  // What is lost with the machine is lost with the run.
  const fast = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']
  const settings = [...fast, 'max_connections=200', 'unix_socket_directories=']
  return startPrivateServer({
    name: 'postgres',
    signal: 'QUIT',
    prepare: (folder) => {
      const flags = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale']
      return [initdb, '-D', `${folder}/data`, ...flags, '--no-sync']
    },
    command: (folder, port) => {
      const place = ['-D', `${folder}/data`, '-h', '127.0.0.1', '-p', String(port)]
      return [postgres, ...place, ...settings.flatMap((setting) => ['-c', setting])]
    },
  })
}

async function checkAnswers(variable: string, url: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const usual = variable === variables.redis ? 6379 : 5432
  if (await answers(hostname, Number(port || usual))) return url
  throw new Error(
    `${variable} names ${hostname}:${port || usual}, where no server answers. Start it, or unset ${variable}: a private one is started then.`,
  )
}
