import { subscribe } from 'node:diagnostics_channel'
import {
  createKoywePayments,
  createKoyweWebhooks,
  type HttpHandler,
  type KoyweDeliveryContext,
  koyweChannels,
} from '@x/koywe-core'
import { type Api, apis } from '../contract/api.js'
import { type ExitCode, exitCodes, usageError } from '../contract/exit.js'
import { inputBytes, inputText } from '../contract/input.js'
import { createOutput, paint, printable } from '../contract/output.js'
import { secretFrom } from '../contract/secret.js'
import type { BodyOptions } from './sign.js'

/** The options of `koywe verify`. */
export interface VerifyOptions extends BodyOptions {
  /** The value of Koywe-Signature; without it, the body is one of the ramp API. */
  readonly signature?: string
}

/** Prints whether a receiver with the secret would accept a body, with its reason if not, and returns the exit code. */
export async function verify(file: string | undefined, options: VerifyOptions): Promise<ExitCode> {
  const api = options.signature === undefined ? 'ramp' : 'payments'
  // Of the Payments API every byte counts, a line end as well.
  const body =
    api === 'payments'
      ? await inputBytes(file, options.secret)
      : Buffer.from(await inputText(file, options.secret))
  const secret = await secretFrom(options.secret, api)
  const context = await received(body, secret, api, options.signature)
  const { reason = '', code, event, eventName, orderId } = context
  const output = createOutput(options)
  if (event === undefined) {
    output.result(
      { valid: false, code, reason },
      `${paint('red', `${code}`)}\n  ${printable(reason)}`,
    )
    return exitCodes.wrong
  }
  const order = orderId === undefined ? '' : ` of order ${orderId}`
  const text = printable(`${eventName}${order}`)
  output.result({ valid: true, event }, `${paint('green', 'valid')}: ${text}`)
  return exitCodes.ok
}

/** Hands a body to a receiver, which tells on its channel what came of it. */
async function received(
  bytes: Uint8Array,
  secret: string,
  api: Api,
  signature: string | undefined,
): Promise<Partial<KoyweDeliveryContext>> {
  let context: Partial<KoyweDeliveryContext> = {}
  subscribe(`tracing:${koyweChannels.delivery}:asyncEnd`, (message) => {
    context = message as KoyweDeliveryContext // what the channel publishes
  })
  const length = String(bytes.length)
  await receiverOf(api, secret).handle({
    method: 'POST',
    url: apis[api].path,
    headers: {
      'content-type': 'application/json',
      'content-length': length,
      ...(signature !== undefined && { 'koywe-signature': signature }),
    },
    rawHeaders: ['Content-Type', 'application/json', 'Content-Length', length],
    body: async () => ({ bytes }),
  })
  return context
}

/** @throws {CliError} for a secret that no receiver takes. */
function receiverOf(api: Api, secret: string): HttpHandler {
  const create = api === 'payments' ? createKoywePayments : createKoyweWebhooks
  try {
    return create(secret, { dedupe: false, limit: 2 ** 30, logger: false })
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error))
  }
}
