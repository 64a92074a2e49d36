import type { Api } from '../contract/api.js'
import { exchange, type Outcome, type WireRequest } from './wire.js'

/** The server under examination. */
export interface Receiver {
  readonly api: Api
  readonly url: URL
  readonly secret: string
  /** How long each answer may take. */
  readonly timeoutMs: number
}

/** Posts one request to the receiver, or to another path of the same server. */
export function post(
  { url, timeoutMs }: Receiver,
  request: WireRequest,
  path = url,
): Promise<Outcome> {
  return exchange(path, request, timeoutMs)
}
