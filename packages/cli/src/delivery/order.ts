import { createHash } from 'node:crypto'
import { type KoyweLife, koyweOrder } from '@x/koywe-core/testing'
import { answerLine, explanationLines } from '../answers/text.js'
import { type ExitCode, exitCodes, usageError } from '../contract/exit.js'
import { createOutput, paint } from '../contract/output.js'
import { secretFrom } from '../contract/secret.js'
import { receiverUrl, type TargetOptions } from '../contract/target-options.js'
import { isTaken, post } from './post.js'
import { judge } from './verdict.js'

/** The options of `koywe order`. */
export interface OrderOptions extends TargetOptions {
  readonly order?: string
  readonly externalId?: string
  readonly late: readonly string[]
  readonly twice: readonly string[]
  readonly skip: readonly string[]
  readonly seed?: number
}

type Event = ReturnType<typeof koyweOrder>[number]

interface Step {
  readonly event: Event
  /** How many minutes after the order's first event it happened. */
  readonly minute: number
  readonly mark: '' | 'late' | 'again'
}

/** Plays an order's life, prints one line for each step, and returns the exit code. */
export async function order(life: KoyweLife, options: OrderOptions): Promise<ExitCode> {
  const url = receiverUrl(options)
  const { order: orderId, externalId } = options
  const events = koyweOrder(life, {
    ...(orderId !== undefined && { orderId }),
    ...(externalId !== undefined && { externalId }),
  })
  const steps = stepsOf(events, options)
  const secret = await secretFrom(options.secret)
  const output = createOutput(options)
  if (!output.json)
    output.result(
      {},
      `${paint('bold', life)} order ${events[0]?.orderId} → ${url.origin}${url.pathname}`,
    )

  const taken = new Set<Event>()
  let right = true
  for (const { event, minute, mark } of steps) {
    const sending = { secret, timeoutMs: options.timeout, times: 1, concurrent: 1 }
    for (const answer of await post(url, event, sending)) {
      const isRepeated = taken.has(event)
      const verdict = judge(answer, {
        api: 'ramp',
        isForged: false,
        isRepeated,
        isConcurrent: false,
      })
      right &&= verdict.right
      if (isTaken(answer)) taken.add(event)
      const { status, body, code, location, durationMs } = answer
      const name = `+${minute} min`.padEnd(9) + event.eventName.padEnd(22) + mark.padEnd(7)
      const lines = [`${name}${answerLine(status, body, durationMs)}`]
      if (verdict.explanation) lines.push(explanationLines(verdict.explanation))
      output.result(
        {
          ...event,
          life,
          mark: mark || undefined,
          status,
          body,
          code,
          location,
          durationMs,
          right: verdict.right,
          ...verdict.explanation,
        },
        lines.join('\n'),
      )
    }
  }
  return right ? exitCodes.ok : exitCodes.wrong
}

/** The steps in the order of their sending: what is late comes last, what comes twice is followed by its copy. */
function stepsOf(events: readonly Event[], options: OrderOptions): readonly Step[] {
  const names = events.map(({ eventName }) => eventName as string)
  const { late, twice } = chosen(names, options)
  for (const name of [...late, ...twice, ...options.skip]) {
    if (!names.includes(name)) {
      throw usageError(`"${name}" does not happen in this life`, `It has ${names.join(', ')}.`)
    }
  }
  const steps = events.flatMap((event, minute): Step[] => {
    if (options.skip.includes(event.eventName)) return []
    const mark = late.includes(event.eventName) ? 'late' : ''
    const first: Step = { event, minute, mark }
    return twice.includes(event.eventName) ? [first, { event, minute, mark: 'again' }] : [first]
  })
  const isLate = ({ event }: Step) => late.includes(event.eventName)
  return [...steps.filter((step) => !isLate(step)), ...steps.filter(isLate)]
}

/** With a seed, one event is late and one comes twice, always the same ones. */
function chosen(names: readonly string[], { late, twice, skip, seed }: OrderOptions) {
  if (seed === undefined) return { late, twice }
  const left = names.filter((name) => !skip.includes(name))
  const dice = createHash('sha256').update(String(seed)).digest()
  // The last event cannot be late, as nothing follows it.
  const pick = (die: number, most: number) => left.slice(die % Math.max(most, 1)).slice(0, 1)
  return {
    late: [...late, ...pick(dice.readUInt32BE(0), left.length - 1)],
    twice: [...twice, ...pick(dice.readUInt32BE(4), left.length)],
  }
}
