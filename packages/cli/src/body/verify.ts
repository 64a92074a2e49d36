import { subscribe } from 'node:diagnostics_channel'
import { createKoyweWebhooks, type KoyweDeliveryContext, koyweChannels } from '@x/koywe-core'
import { type ExitCode, exitCodes } from '../contract/exit.js'
import { inputText } from '../contract/input.js'
import { createOutput, paint, printable } from '../contract/output.js'
import { secretFrom } from '../contract/secret.js'
import type { BodyOptions } from './sign.js'

/** Prints whether a receiver with the secret would accept a body, with its reason if not, and returns the exit code. */
export async function verify(file: string | undefined, options: BodyOptions): Promise<ExitCode> {
  const body = await inputText(file, options.secret)
  const context = await received(body, await secretFrom(options.secret))
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
async function received(text: string, secret: string): Promise<Partial<KoyweDeliveryContext>> {
  let context: Partial<KoyweDeliveryContext> = {}
  subscribe(`tracing:${koyweChannels.delivery}:asyncEnd`, (message) => {
    context = message as KoyweDeliveryContext // what the channel publishes
  })
  const length = String(Buffer.byteLength(text))
  const receiver = createKoyweWebhooks(secret, { dedupe: false, limit: 2 ** 30, logger: false })
  await receiver.handle({
    method: 'POST',
    url: '/webhooks/koywe',
    headers: { 'content-type': 'application/json', 'content-length': length },
    rawHeaders: ['Content-Type', 'application/json', 'Content-Length', length],
    body: async () => ({ text }),
  })
  return context
}
