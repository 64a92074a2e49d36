import { createHash, randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { send } from '@x/koywe-testkit/wire'
import { expect } from 'vitest'

/** The answer of an application's own route to an upload: the SHA-256 of what arrived, and how much that was. */
export async function receiveUpload(stream: Readable): Promise<string> {
  const hash = createHash('sha256')
  let length = 0
  for await (const chunk of stream) {
    hash.update(chunk)
    length += chunk.length
  }
  return `${length} ${hash.digest('hex')}`
}

/** Sends 10 MB past the middleware to the application's own route and expects every byte to arrive there. */
export async function expectUploadToPass(port: number, path: string): Promise<void> {
  const body = randomBytes(10 * 1024 * 1024)
  const sum = createHash('sha256').update(body).digest('hex')
  for (const chunked of [false, true]) {
    const headers = { 'Content-Type': 'application/octet-stream' }
    const response = await send(port, { path, body, headers, chunked })
    expect(response).toMatchObject({ status: 200, body: `${body.length} ${sum}` })
  }
}
