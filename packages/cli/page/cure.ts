import type { Entry } from '../src/inspect/entries.js'
import { apis } from './apis.js'
import { fieldsOf } from './read-body.js'
import { readStack } from './stack.js'

/** A refusal that has several likely causes, the likeliest first. */
export interface Checks {
  readonly sentence: string
  readonly steps: readonly [string, ...string[]]
}

/** What to look at when nothing more is known than that the signature is wrong. */
export function checksOf({ reason, ...entry }: Entry): Checks | undefined {
  if (entry.kind !== 'delivery' || entry.code !== 'invalid_signature') return undefined
  if (!reason?.startsWith('None of your secrets')) return undefined
  return {
    sentence: 'The signature does not match your secret.',
    steps: [
      `Is \`${apis[entry.api].secretName}\` the secret registered with Koywe, in the same environment?`,
      'Does a proxy or a middleware rewrite the body?',
      'If the secret is right and nothing rewrites the body: it is not from Koywe. Ignore it.',
    ],
  }
}

/** What to do about a request that had no success, as the list says it. */
export function cureOf(entry: Entry): string | undefined {
  if (isForPayments(entry)) {
    return `It looks like an event of the Payments API at the address of the ramp API: send it to \`${apis.payments.path}\`.`
  }
  return checksOf(entry)?.steps[0] ?? entry.cure
}

/** The same, for the panel that shows the stack. */
export function cureInPanel(entry: Entry): string | undefined {
  if (entry.kind !== 'delivery' || entry.code !== 'handler_failed') return cureOf(entry)
  const [stack] = entry.errors.map((error) => error.stack).filter((text) => text !== undefined)
  const place = stack === undefined ? undefined : readStack(stack).place
  // Without a stack, only the server's log has it.
  if (stack === undefined) return cureOf(entry)
  return `Fix the listener${place === undefined ? '' : ` at \`${place}\``}, then send the event again.`
}

/** Whether an unsigned body has the name of an event where the Payments API writes it, and came to the ramp API's receiver. */
function isForPayments(entry: Entry): boolean {
  if (entry.kind !== 'delivery' || entry.api !== 'ramp') return false
  if (entry.code !== 'missing_signature') return false
  const { type, eventName } = fieldsOf(entry.body) ?? {}
  return typeof type === 'string' && eventName === undefined
}
