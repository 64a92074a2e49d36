import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { checkOptions } from '../setup/options.js'
import { runningHere } from './running.js'
import { startInstrumentation } from './start-instrumentation.js'

/** Options of {@link instrumentKoywe}. */
export interface InstrumentKoyweOptions {
  /** Where spans go. Default: the global provider, also one that is set later. */
  readonly tracerProvider?: TracerProvider
  /** Where metrics go. Default: the global provider, also one that is set later. */
  readonly meterProvider?: MeterProvider
}

/**
 * Gives every webhook a span and counts it, for all receivers and auth callbacks of this process. Call it once, before or after they
 * are created; the SDK may be started before or after, too.
 *
 * - **A span** `process <event>` per delivery, of kind CONSUMER, below the span of the HTTP request. What the dedupe store and the
 *   listeners do is below it, provided that OpenTelemetry's context manager keeps its context in an `AsyncLocalStorage`, as that of its
 *   Node SDK does; otherwise their spans are beside it.
 * - **Metrics**: `koywe.deliveries` by `api`, `event`, `outcome` and `code`; `koywe.delivery.duration` in seconds;
 *   `koywe.deliveries.last_accepted` by `api`, in seconds since 1970; `koywe.auth.questions` by `allowed` and `code`. An event whose
 *   name is not known counts as `_OTHER`.
 *
 * It never fails a request: its own errors go to OpenTelemetry's `diag`. A further call with the same providers counts nothing twice.
 *
 * @returns A function that stops it and ends the spans of deliveries that are not answered yet.
 * @throws {TypeError} when an option is unknown.
 *
 * @example
 * ```ts
 * import { createKoyweWebhooks } from '@x/koywe-core'
 * import { instrumentKoywe } from '@x/koywe-core/opentelemetry'
 *
 * const stop = instrumentKoywe()
 * const webhooks = createKoyweWebhooks(process.env.KOYWE_WEBHOOK_SECRET ?? '')
 * process.once('SIGTERM', async () => {
 *   await webhooks.idle()
 *   stop()
 * })
 * ```
 */
export function instrumentKoywe(options: InstrumentKoyweOptions = {}): () => void {
  checkOptions(options, ['tracerProvider', 'meterProvider'], 'instrumentKoywe')
  const { tracerProvider, meterProvider } = options
  const all = runningHere()
  const same = [...all].find(
    (one) => one.tracerProvider === tracerProvider && one.meterProvider === meterProvider,
  )
  const mine = same ?? startInstrumentation(tracerProvider, meterProvider)
  all.add(mine)
  mine.users++
  let stopped = false
  return () => {
    if (stopped) return
    stopped = true
    if (--mine.users > 0) return
    all.delete(mine)
    mine.end()
  }
}
