import type { Server } from 'node:http'
import { kinds } from './kinds.js'

/** The frameworks that are measured. */
export const frameworks = ['express', 'koa', 'fastify'] as const

export type Framework = (typeof frameworks)[number]

/**
 * Creates the server of that name: `express bare`, `koa receiver`, …, `open`, `payments`, `parsed` or `parser`. Only its own framework is loaded.
 *
 * @throws {TypeError} when no server has that name.
 */
export async function createServerByName(name: string): Promise<Server> {
  if (name === 'open') return (await import('./hostile.js')).createOpenServer()
  if (name === 'payments') return (await import('./hostile.js')).createPaymentsServer()
  if (name === 'parsed') return (await import('./hostile.js')).createParsedServer()
  if (name === 'parser') return (await import('./hostile.js')).createParserServer()
  const [framework, kindName] = name.split(' ')
  const kind = kinds.find((known) => known === kindName)
  if (kind !== undefined) {
    if (framework === 'express') return (await import('./express.js')).createExpressServer(kind)
    if (framework === 'koa') return (await import('./koa.js')).createKoaServer(kind)
    if (framework === 'fastify') return (await import('./fastify.js')).createFastifyServer(kind)
  }
  throw new TypeError(`No server is called ${JSON.stringify(name)}.`)
}
