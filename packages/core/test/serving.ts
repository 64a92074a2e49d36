import type { RequestListener } from 'node:http'
import { readBody } from '../src/adapter.js'
import type { HttpHandler } from '../src/index.js'

/** A receiver or an auth callback in a server of `node:http`, without any framework. */
export function serving({ handle }: HttpHandler): RequestListener {
  return async (request, response) => {
    const { method = '', url = '', headers, rawHeaders } = request
    const body = (limit: number) => readBody({ stream: request }, limit)
    const answer = await handle({ method, url, headers, rawHeaders, body })
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }
}
