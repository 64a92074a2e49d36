import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { KeptBody } from '../entries.js'
import { protocol, type Report } from '../preload/wire.js'
import { createReportReader } from './report-reader.js'
import { isToken } from './token.js'

/** Hears what one process of the application reports. */
export interface ReportListener {
  report(report: Report, body: KeptBody | undefined): void
  end(): void
}

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
  const reader = createReportReader(listener.report)
  const read = (piece: Buffer): void => {
    try {
      reader.push(piece)
    } catch {
      socket.destroy()
    }
  }
  read(head)
  socket.on('data', read).on('end', () => socket.end())
  socket.once('close', () => listener.end())
}
