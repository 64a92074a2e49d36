import { connect, type Socket } from 'node:net'

/** A request exactly as it goes over the wire. */
export interface WireRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[]
  readonly body?: string | Uint8Array
  /** Sends the body in chunks and without Content-Length. */
  readonly chunked?: boolean
  /** Adds neither Content-Length nor Transfer-Encoding: the headers are what the client claims. */
  readonly unframed?: boolean
}

/** An answer as received. */
export interface WireResponse {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** How long an answer may take before the test fails: nothing may hang. */
export const answerWithinMs = 10_000

/** Sends one request over its own socket and reads the whole answer. */
export async function send(port: number, request: WireRequest): Promise<WireResponse> {
  const socket = await open(port)
  try {
    socket.write(encode(request))
    return await readResponse(socket)
  } finally {
    socket.destroy()
  }
}

/** Opens a connection for tests that misbehave on it. */
export async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
  })
  // A server may reset a misused connection; the test checks the answer instead.
  socket.on('error', () => {})
  return socket
}

/** The bytes of a request. */
export function encode(request: WireRequest): Buffer {
  const body = Buffer.from(request.body ?? '')
  const { headers = {} } = request
  const lines = (Array.isArray(headers) ? headers : Object.entries(headers)).map(
    ([name, value]) => `${name}: ${value}`,
  )
  if (!request.unframed) {
    lines.push(request.chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`)
  }
  const head = `${request.method ?? 'POST'} ${request.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('\r\n')}\r\n\r\n`
  const framed = request.chunked ? Buffer.concat(chunksOf(body)) : body
  // Latin-1 lets a test put any byte into a header.
  return Buffer.concat([Buffer.from(head, 'latin1'), framed])
}

/** Reads one answer. All of ours have a Content-Length. */
export async function readResponse(socket: Socket): Promise<WireResponse> {
  let received = Buffer.alloc(0)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${answerWithinMs} ms: ${received}`)),
      answerWithinMs,
    )
    const finish = (settle: () => void): void => {
      clearTimeout(timer)
      settle()
    }
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      const response = decode(received)
      if (response) finish(() => resolve(response))
    })
    socket.on('close', () =>
      finish(() => reject(new Error(`the connection was closed without an answer: ${received}`))),
    )
  })
}

/** Waits until the server closes the connection; an error on it counts as closed. */
export async function closing(socket: Socket): Promise<void> {
  socket.resume()
  if (socket.closed) return
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not closed within ${answerWithinMs} ms`)),
      answerWithinMs,
    )
    socket.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function decode(received: Buffer): WireResponse | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n')
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const body = received.subarray(end + 4)
  const length = headers.get('content-length')
  const complete = length === undefined ? body.includes('0\r\n\r\n') : body.length >= Number(length)
  if (!complete) return undefined
  return { status: Number(statusLine.split(' ')[1]), headers, body: body.toString() }
}

function chunksOf(body: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  for (let start = 0; start < body.length; start += 8192) {
    const part = body.subarray(start, start + 8192)
    chunks.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
  }
  chunks.push(Buffer.from('0\r\n\r\n'))
  return chunks
}
