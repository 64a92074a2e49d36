import type { IncomingHttpHeaders } from 'node:http'
import type { Body, HttpRequest } from '../src/index.js'
import { exampleEvents, signEvent } from '../src/testing.js'

/** The secret for tests that need only one. */
export const secret = 'core-test-secret'

/** A body as adapters pass it: text, or a parsed value. */
function bodyOf(body: unknown): Body {
  return typeof body === 'string' ? { text: body } : { value: body }
}

/** A request as adapters pass it. */
export function requestOf(body: unknown, headers: IncomingHttpHeaders = {}): HttpRequest {
  return {
    method: 'POST',
    url: '/webhooks/koywe',
    headers,
    rawHeaders: [],
    body: async () => bodyOf(body),
  }
}

/** The signed body of one event. Each `orderId` makes a different event. */
export function signedEvent(fields: Readonly<Record<string, unknown>> = {}): string {
  return signEvent({ ...exampleEvents.crypto_delivered, ...fields }, secret)
}
