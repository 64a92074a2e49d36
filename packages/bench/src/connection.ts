import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { path } from './servers/kinds.js'

/**
 * A keep-alive connection that posts one body at a time, with as little work as possible while a server is measured. The
 * testing kit's `deliver` opens a connection for each delivery, which would be most of what is measured.
 */
export interface Connection {
  /**
   * Posts a body and returns the status of the answer.
   *
   * @throws {Error} when the connection ends before the answer is complete.
   */
  post(body: Buffer): Promise<number>
  close(): void
}

/** How a body is framed: with its length in the head, or in chunks, so that the server learns its size only by reading. */
export type Framing = 'length' | 'chunked'

/** Creates a connection to a local server. It opens at the first post, and again after the server closed it. */
export function createConnection(port: number, framing: Framing = 'length'): Connection {
  let socket: Socket | undefined
  let received = ''
  let waiting: { resolve(status: number): void; reject(error: Error): void } | undefined

  async function open(): Promise<Socket> {
    const opened = connect({ port, host: '127.0.0.1', noDelay: true })
    opened.setEncoding('latin1')
    opened.on('data', (text: string) => {
      received += text
      if (!isComplete(received)) return
      const status = Number(received.slice(9, 12))
      const isLast = /^connection: close/im.test(received)
      received = ''
      if (isLast) drop(opened)
      waiting?.resolve(status)
    })
    opened.on('error', () => {})
    opened.on('close', () => {
      if (socket !== opened) return
      socket = undefined
      waiting?.reject(new Error('the server closed the connection before its answer was complete'))
    })
    await once(opened, 'connect')
    return opened
  }

  function drop(opened: Socket): void {
    socket = undefined
    opened.destroy()
  }

  return {
    async post(body) {
      socket ??= await open()
      socket.write(requestOf(body, framing))
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject }
      })
    },
    close() {
      if (socket) drop(socket)
    },
  }
}

function requestOf(body: Buffer, framing: Framing): Buffer {
  const head =
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: axios/1.21.1\r\nAccept: application/json, text/plain, */*\r\n` +
    'Content-Type: application/json\r\nConnection: keep-alive\r\n'
  const [start, end] =
    framing === 'length'
      ? [`Content-Length: ${body.length}\r\n\r\n`, '']
      : [`Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n`, '\r\n0\r\n\r\n']
  return Buffer.concat([Buffer.from(head + start), body, Buffer.from(end)])
}

/** Every server here sends a Content-Length. */
function isComplete(received: string): boolean {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd === -1) return false
  const length = /^content-length: *(\d+)/im.exec(received)?.[1]
  if (length === undefined) throw new Error(`an answer without a length: ${received}`)
  return received.length >= headEnd + 4 + Number(length)
}
