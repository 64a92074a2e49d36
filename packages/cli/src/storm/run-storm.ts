import { once } from 'node:events'
import { createHistogram } from 'node:perf_hooks'
import { networkError } from '../contract/network-error.js'
import { sendOnTime } from './on-time.js'
import { type PlannedDelivery, planStorm, requestOf, type StormShape } from './plan.js'
import { createSender, type StormAnswer } from './sender.js'
import { type AnswerCount, createVerdict, type WrongAnswer } from './verdict.js'

/** What to send, and where. */
export interface StormOptions {
  readonly url: URL
  readonly secret: string
  readonly shape: StormShape
  /** How long an answer may take. */
  readonly timeoutMs: number
  /** Ends the storm early. */
  readonly signal: AbortSignal
  /** Called after each answer with the number of answers so far. */
  onAnswer(answers: number): void
}

/** Milliseconds between the moment at which a delivery was due and the end of its answer. */
export interface Percentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** What a storm found out. */
export interface StormReport {
  readonly sent: number
  readonly answered: number
  /** How long the sending took. */
  readonly seconds: number
  readonly interrupted: boolean
  readonly counts: readonly AnswerCount[]
  readonly wrong: readonly WrongAnswer[]
  readonly latency: Percentiles | undefined
  /** The longest time that a delivery went out late, in milliseconds: the sender's own fault. */
  readonly latestMs: number
}

/**
 * Sends a storm and judges the answers.
 *
 * @throws {CliError} when nothing answers.
 */
export async function runStorm(options: StormOptions): Promise<StormReport> {
  const { url, secret, shape, timeoutMs, signal, onAnswer } = options
  const sender = createSender(url, timeoutMs)
  const verdict = createVerdict()
  const latency = createHistogram()
  const underWay = new Set<Promise<void>>()
  const stop = new AbortController()
  const ended = AbortSignal.any([signal, stop.signal])
  const start = performance.now()
  let sent = 0
  let answered = 0
  let latestMs = 0
  let failure: Failure | undefined

  async function deliver(delivery: PlannedDelivery, dueAt: number): Promise<void> {
    const request = requestOf(delivery, secret)
    const sentAt = performance.now()
    latestMs = Math.max(latestMs, sentAt - dueAt)
    sent++
    verdict.sent(delivery)
    const answer = await sender.post(request)
    // What is ended by the end of the storm was not answered wrongly.
    if (ended.aborted) return
    verdict.answered(delivery, answer, sentAt)
    if (answer.status === undefined) {
      failure ??= answer.failure
      if (answered === 0 && neverConnects(answer.failure)) stop.abort()
      return
    }
    latency.record(Math.max(1, Math.round((performance.now() - dueAt) * 1000)))
    onAnswer(++answered)
  }

  function send(delivery: PlannedDelivery, dueAt: number): void {
    const delivered = deliver(delivery, dueAt).finally(() => underWay.delete(delivered))
    underWay.add(delivered)
  }

  const aborted = ended.aborted ? undefined : once(ended, 'abort')
  await sendOnTime(planStorm(shape), send, ended)
  const seconds = (performance.now() - start) / 1000
  await Promise.race([Promise.all(underWay), aborted])
  const interrupted = signal.aborted
  stop.abort()
  await sender.close()
  if (answered === 0 && failure && !interrupted) throw networkError(failure, url)
  verdict.finish()
  const { counts, wrong } = verdict
  return {
    sent,
    answered,
    seconds,
    interrupted,
    counts,
    wrong,
    latency: latency.count > 0 ? percentilesOf(latency) : undefined,
    latestMs,
  }
}

type Failure = Extract<StormAnswer, { failure: unknown }>['failure']

function percentilesOf(histogram: ReturnType<typeof createHistogram>): Percentiles {
  const ms = (share: number): number => histogram.percentile(share) / 1000
  return { p50: ms(50), p90: ms(90), p99: ms(99), max: histogram.max / 1000 }
}

/** Whether the next attempt would fail in the same way: no such host, nothing listens, or no TLS. */
function neverConnects({ code = '' }: Failure): boolean {
  return /^(ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|EPROTO|UND_ERR_CONNECT_TIMEOUT|ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HPE_)/.test(
    code,
  )
}
