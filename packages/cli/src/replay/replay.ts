import type { Explanation } from '../answers/explain.js'
import { answerLine, explanationLines } from '../answers/text.js'
import { type ExitCode, exitCodes, usageError } from '../contract/exit.js'
import { inputText } from '../contract/input.js'
import { createOutput, paint, printable } from '../contract/output.js'
import { receiverUrl, type TargetOptions } from '../contract/target-options.js'
import { isDuplicate } from '../delivery/post.js'
import { judge } from '../delivery/verdict.js'
import { deliveriesIn } from './history.js'
import { type Choice, deliveriesOf, isChosen, type KeptDelivery } from './kept-delivery.js'
import { secretsFor, sendKept } from './send-kept.js'

/** The options of `koywe replay`. */
export interface ReplayOptions extends TargetOptions {
  readonly from?: string
  readonly table: string
  readonly delivery?: string
  readonly order?: string
  readonly since?: string
  readonly signAgain?: boolean
  readonly dryRun?: boolean
}

/** Sends deliveries that were kept again, one after another, prints the answers, and returns the exit code. */
export async function replay(file: string | undefined, options: ReplayOptions): Promise<ExitCode> {
  const urls = { ramp: receiverUrl(options), payments: receiverUrl(options, 'payments') }
  const deliveries = await chosen(file, options)
  const secrets =
    options.signAgain && !options.dryRun ? await secretsFor(deliveries, options.secret) : {}
  const output = createOutput(options)
  if (deliveries.length === 0) {
    throw usageError(
      'there is no such delivery to send',
      'Only deliveries whose body was kept and whose signature was right can be sent again.',
    )
  }
  let right = true
  for (const delivery of deliveries) {
    const { api, receivedAt, eventName, orderId, deliveryId } = delivery
    const url = urls[api]
    const about = { receivedAt, eventName, orderId, deliveryId, url: url.href }
    const title = titleOf(delivery, url)
    if (options.dryRun) {
      output.result({ ...about, sent: false }, title)
      continue
    }
    const answer = await sendKept(url, delivery, secrets[api], options.timeout)
    const verdict = judge(answer, {
      api,
      isForged: false,
      isRepeated: false,
      isConcurrent: false,
    })
    right &&= verdict.right
    const duplicate = isDuplicate(answer)
    const explanation = duplicate ? handledBefore(delivery) : verdict.explanation
    const { status, body, code, location, durationMs } = answer
    const lines = [title, answerLine(status, body, durationMs)]
    if (explanation) lines.push(explanationLines(explanation))
    output.result(
      {
        ...about,
        sent: true,
        status,
        body,
        code,
        location,
        durationMs,
        duplicate,
        right: verdict.right,
        ...explanation,
      },
      lines.join('\n'),
    )
  }
  return right ? exitCodes.ok : exitCodes.wrong
}

async function chosen(
  file: string | undefined,
  options: ReplayOptions,
): Promise<readonly KeptDelivery[]> {
  const { from, table, delivery, order, since, secret } = options
  const choice: Choice = {
    ...(delivery !== undefined && { delivery }),
    ...(order !== undefined && { order }),
    ...(since !== undefined && { since: timeOf(since) }),
  }
  if (from === undefined) {
    return deliveriesOf(await inputText(file, secret)).filter((one) => isChosen(one, choice))
  }
  if (file !== undefined) throw usageError('there is both a file and --from', 'Leave one out.')
  if (Object.keys(choice).length === 0) {
    throw usageError(
      'a whole history is never sent again',
      'Choose with --delivery, --order or --since; --dry-run shows which.',
    )
  }
  return deliveriesIn(from, table, choice)
}

function handledBefore({ api, deliveryId = '<delivery id>' }: KeptDelivery): Explanation {
  // The key that a receiver claims.
  const key = api === 'payments' ? `payments:${deliveryId}` : deliveryId
  return {
    meaning: 'The server has handled this event before, so no listener was called again.',
    cure: `To have it handled again, forget it first: await store.forget('${key}'), in the server's dedupe store.`,
  }
}

function titleOf({ receivedAt, eventName, orderId, deliveryId }: KeptDelivery, url: URL): string {
  const name = paint('bold', printable(eventName ?? 'an event'))
  const id = deliveryId === undefined ? '' : `, delivery ${deliveryId.slice(0, 12)}…`
  const what = printable(` of order ${orderId ?? 'unknown'}, received ${receivedAt}${id}`)
  return `${name}${what} → ${url.href}`
}

function timeOf(since: string): Date {
  const time = new Date(since)
  if (!Number.isNaN(time.getTime())) return time
  throw usageError(`--since "${since}" is not a time`, 'Write it as 2026-01-31T12:00:00Z')
}
