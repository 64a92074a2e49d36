import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { protocol, type Report } from '../preload/wire.js'
import { isToken } from './token.js'

/** Hears what one process of the application reports. */
export interface ReportListener {
  report(report: Report): void
  end(): void
}

/** A report carries one body. One that is longer than this is not the preload's. */
const longestLine = 256 * 1024 * 1024

/** Accepts the connection of a preload, or closes it. */
export function acceptReports(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  token: string,
  listen: () => ReportListener,
): void {
  socket.on('error', () => socket.destroy())
  const isPreload = request.headers.upgrade === protocol && isToken(request.url?.slice(1), token)
  if (!isPreload) {
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    return
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`,
  )
  const listener = listen()
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const read = (chunk: Buffer): void => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine) socket.destroy()
    for (const line of lines) {
      const report = reportOf(line)
      if (report) listener.report(report)
    }
  }
  read(head)
  socket.on('data', read).on('end', () => socket.end())
  socket.once('close', () => listener.end())
}

function reportOf(line: string): Report | undefined {
  try {
    return JSON.parse(line) as Report // only the preload has the token
  } catch {
    return undefined
  }
}
