import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CliError, exitCodes } from '../../contract/exit.js'
import type { Action, ActionResult, Catalogue } from '../entries.js'
import { readAction } from './action-body.js'
import type { PageFile } from './page-files.js'
import { acceptReports, type ReportListener } from './reports.js'
import { isBearer, isOurHost, isOurOrigin, secure } from './security.js'
import type { Stream } from './stream.js'

/** What the server offers to a page that has its token. */
export interface PageParts {
  readonly files: ReadonlyMap<string, PageFile>
  readonly token: string
  readonly stream: Stream
  readonly catalogue: Catalogue
  act(action: Action): Promise<ActionResult>
}

/** What the server is made of. */
export interface ServerParts {
  /** Absent where no page is served. */
  readonly page?: PageParts
  /** Preloads show it. */
  readonly reportToken: string
  listen(): ReportListener
}

/** A server that answers on the loopback interface. */
export interface RunningServer {
  readonly port: number
  close(): void
}

/**
 * Serves the page, its interface and the preloads on 127.0.0.1.
 *
 * @param port 0 for a free one.
 * @throws {CliError} when the port is taken.
 */
export async function startServer(parts: ServerParts, port: number): Promise<RunningServer> {
  const server = createServer((request, response) => {
    secure(response)
    if (!isOurHost(request)) return refuse(response, 403, 'foreign_host')
    answer(request, response, parts.page).catch(() => response.destroy())
  })
  server.on('upgrade', (request, socket, head) => {
    if (isOurHost(request) && request.headers.origin === undefined) {
      acceptReports(request, socket, head, parts.reportToken, parts.listen)
    } else {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    }
  })
  return { port: await listenOn(server, port), close: () => void close(server) }
}

function close(server: Server): void {
  server.close()
  server.closeAllConnections()
}

/** Listens on 127.0.0.1 and returns the port. @throws {CliError} when it is taken. */
export async function listenOn(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const what = code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${code})`
    const hint = 'Choose another one, or 0 for a free one.'
    throw new CliError(exitCodes.usage, 'port', `port ${port} ${what}`, hint)
  }
  return (server.address() as AddressInfo).port // it listens on TCP
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  page: PageParts | undefined,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
  const { method } = request
  const isRead = method === 'GET' || method === 'HEAD'
  if (!page) return refuse(response, 404, 'no_page')
  if (!pathname.startsWith('/api/')) {
    const file = isRead ? page.files.get(pathname) : undefined
    if (!file) return refuse(response, 404, 'not_found')
    response.writeHead(200, { 'content-type': file.type, 'content-length': file.content.length })
    response.end(method === 'HEAD' ? undefined : file.content)
    return
  }
  if (!isOurOrigin(request)) return refuse(response, 403, 'foreign_origin')
  if (!isBearer(request, page.token)) return refuse(response, 401, 'no_token')
  switch (`${method} ${pathname}`) {
    case 'GET /api/stream':
      return page.stream.serve(request, response)
    case 'GET /api/catalogue':
      return json(response, 200, page.catalogue)
    case 'POST /api/actions': {
      const action = await readAction(request)
      if ('status' in action) return refuse(response, action.status, action.code, action.message)
      return json(response, 200, await page.act(action))
    }
    default:
      return refuse(response, 404, 'not_found')
  }
}

function refuse(response: ServerResponse, status: number, code: string, message = code): void {
  // What is left of an upload is not read.
  if (status !== 404) response.setHeader('connection', 'close')
  json(response, status, { error: { code, message } })
}

function json(response: ServerResponse, status: number, value: object): void {
  const body = JSON.stringify(value)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}
