import { brotliDecompressSync, unzipSync } from 'node:zlib'

/** An HTTP answer, read to its end. */
export interface Answer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  /** The body after decompression. */
  readonly text: string
}

/** As much of a body as is read; a longer one counts as whole. */
const mostBytes = 64 * 1024

/** Reads an HTTP/1.1 answer from the bytes so far; `undefined` while it is not whole. */
export function readAnswer(received: Buffer, ended: boolean): Answer | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1])
  if (Number.isNaN(status)) return undefined
  const rest = received.subarray(end + 4)
  // 100 Continue and its like come before the answer.
  if (status < 200) return readAnswer(rest, ended)
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const body = status === 204 || status === 304 ? Buffer.alloc(0) : bodyOf(rest, headers, ended)
  return body && { status, headers, text: decompress(body, headers.get('content-encoding')) }
}

function bodyOf(
  rest: Buffer,
  headers: ReadonlyMap<string, string>,
  ended: boolean,
): Buffer | undefined {
  if (rest.length >= mostBytes) return rest.subarray(0, mostBytes)
  if (/chunked/i.test(headers.get('transfer-encoding') ?? '')) return joinChunks(rest)
  const length = headers.get('content-length')
  if (length === undefined) return ended ? rest : undefined
  return rest.length >= Number(length) ? rest.subarray(0, Number(length)) : undefined
}

function joinChunks(rest: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(rest.toString('latin1', at, lineEnd), 16)
    if (!(size > 0)) return Buffer.concat(parts)
    const start = lineEnd + 2
    if (rest.length < start + size + 2) return undefined
    parts.push(rest.subarray(start, start + size))
    at = start + size + 2
  }
}

function decompress(body: Buffer, encoding = 'identity'): string {
  try {
    if (/gzip|deflate/i.test(encoding))
      return unzipSync(body, { maxOutputLength: mostBytes }).toString()
    if (/br/i.test(encoding))
      return brotliDecompressSync(body, { maxOutputLength: mostBytes }).toString()
  } catch {
    // It is not what its header says. Show it as it came.
  }
  return body.toString()
}

/** The `error` of a JSON answer, which is how a receiver names its reason. */
export function codeOf({ text }: Answer): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('error' in value)) return undefined
    return typeof value.error === 'string' ? value.error : undefined
  } catch {
    return undefined
  }
}

/** Whether the body is a page for a person. */
export function isPage({ headers, text }: Answer): boolean {
  return (
    (headers.get('content-type') ?? '').includes('html') || /^\s*<(!doctype|html)\b/i.test(text)
  )
}

/** Whether the sender takes the delivery as done. */
export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300
}
