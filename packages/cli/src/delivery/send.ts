import { randomUUID } from 'node:crypto'
import { isKoyweEventName, isKoywePaymentsEvent } from '@x/koywe-core'
import type { DeliverOptions } from '@x/koywe-core/testing'
import { answerLine, explanationLines } from '../answers/text.js'
import { type Api, apiOf } from '../contract/api.js'
import { type ExitCode, exitCodes, usageError } from '../contract/exit.js'
import { createOutput, paint, printable } from '../contract/output.js'
import { secretFrom } from '../contract/secret.js'
import { receiverUrl, type TargetOptions } from '../contract/target-options.js'
import { fieldsOf } from './fields.js'
import { paymentsEvent } from './payments-event.js'
import { type AnyAnswer, isDuplicate, isTaken, post } from './post.js'
import { judge } from './verdict.js'

/** The options of `koywe send`. */
export interface SendOptions extends TargetOptions {
  readonly order?: string
  readonly externalId?: string
  readonly at?: string
  readonly field: readonly string[]
  readonly twice?: boolean
  readonly concurrent?: number
  readonly tamper?: boolean
  readonly unsigned?: boolean
  readonly wrongSecret?: boolean
  readonly pretty?: boolean
  readonly payments?: boolean
}

/** Sends one event, prints the answers and what they mean, and returns the exit code. */
export async function send(eventName: string, options: SendOptions): Promise<ExitCode> {
  const api = apiOf(options)
  const url = receiverUrl(options, api)
  const event =
    api === 'payments' ? paymentsEvent(eventName, options) : rampEvent(eventName, options)
  const as = manner(options)
  // Nothing is signed without a signature, so any text will do.
  const secret = as === 'unsigned' ? 'none' : await secretFrom(options.secret, api)
  const output = createOutput(options)
  const isKnown = api === 'payments' ? isPaymentsType(eventName) : isKoyweEventName(eventName)
  if (!isKnown) output.note(`koywe: ${remarkOn(eventName, api)}`)
  if (!output.json) output.result({}, titleOf(eventName, orderOf(event), url, as))

  const concurrent = options.concurrent ?? 1
  const rounds = options.twice ? 2 : 1
  let right = true
  let taken = false
  for (let round = 0; round < rounds; round++) {
    const sending = { ...(as && { as }), secret, timeoutMs: options.timeout, times: 1, concurrent }
    const answers = await post(url, event, sending)
    for (const answer of takenFirst(answers)) {
      const verdict = judge(answer, {
        api,
        isForged: as !== undefined && as !== 'pretty',
        isRepeated: taken,
        isConcurrent: concurrent > 1,
      })
      right &&= verdict.right
      taken ||= isTaken(answer)
      const { status, body, code, location, durationMs } = answer
      const { explanation } = verdict
      const lines = [answerLine(status, body, durationMs)]
      if (explanation) lines.push(explanationLines(explanation))
      const sentAs = as ?? 'signed'
      output.result(
        {
          ...event,
          url: url.href,
          as: sentAs,
          status,
          body,
          code,
          location,
          durationMs,
          right: verdict.right,
          ...explanation,
        },
        lines.join('\n'),
      )
    }
  }
  return right ? exitCodes.ok : exitCodes.wrong
}

/** Of answers that came at the same time, one may be the first of its event, whichever it is; so that one is judged first. */
function takenFirst(answers: readonly AnyAnswer[]): readonly AnyAnswer[] {
  const rank = (answer: AnyAnswer) => Number(isDuplicate(answer))
  return answers.toSorted((one, other) => rank(one) - rank(other))
}

function rampEvent(eventName: string, { order, externalId, at, field }: SendOptions) {
  return {
    eventName,
    orderId: order ?? randomUUID(),
    ...(externalId !== undefined && { externalId }),
    timeStamp: timeOf(at),
    ...fieldsOf(field),
  }
}

/** What to say of a name that is not known. The other API's names are told apart. */
function remarkOn(eventName: string, api: Api): string {
  const name = `"${printable(eventName)}"`
  if (api === 'ramp' && isPaymentsType(eventName)) {
    return `${name} is an event of the Payments API: add --payments to send it as one`
  }
  if (api === 'payments' && isKoyweEventName(eventName)) {
    return `${name} is an event of the ramp API: leave out --payments to send it as one`
  }
  return `${name} is not an event that Koywe is known to send; see koywe events`
}

function isPaymentsType(type: string): boolean {
  return isKoywePaymentsEvent({ type })
}

function orderOf(event: Readonly<Record<string, unknown>>): string | undefined {
  if ('eventName' in event) return String(event.orderId)
  const { self } = (event.relationships ?? {}) as { self?: { id?: unknown } } // as paymentsEvent or a person made it
  return typeof self?.id === 'string' ? self.id : undefined
}

function timeOf(at: string | undefined): string {
  if (at === undefined) return new Date().toISOString()
  const time = new Date(at)
  if (!Number.isNaN(time.getTime())) return time.toISOString()
  throw usageError(`--at "${at}" is not a time`, 'Write it as 2026-01-31T12:00:00Z')
}

function manner(options: SendOptions): DeliverOptions['as'] {
  if (options.tamper) return 'tampered'
  if (options.unsigned) return 'unsigned'
  if (options.wrongSecret) return 'forged'
  return options.pretty ? 'pretty' : undefined
}

const manners = {
  tampered: 'changed after signing',
  unsigned: 'without a signature',
  forged: 'signed with another secret',
  pretty: 'indented',
  copy: 'twice',
} as const

function titleOf(
  eventName: string,
  order: string | undefined,
  url: URL,
  as: DeliverOptions['as'],
): string {
  const how = as ? `, ${manners[as]}` : ''
  const ofOrder = order === undefined ? '' : ` of order ${printable(order)}`
  return `${paint('bold', printable(eventName))}${ofOrder}${how} → ${url.origin}${url.pathname}`
}
