import type { Channel } from 'node:diagnostics_channel'
import {
  context,
  diag,
  type MeterProvider,
  metrics,
  type Span,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import {
  authChannel,
  deliveryChannel,
  type KoyweAuthContext,
  type KoyweDeliveryContext,
  type KoyweProcessContext,
  processChannel,
} from '../http/channels.js'
import { contextStorage } from './context-storage.js'
import { createMeters, type Meters } from './meters.js'
import { type Running, runningHere } from './running.js'
import { endSpan, recordListenerError, startSpan } from './spans.js'

/** Starts to give every delivery a span and to count it. */
export function startInstrumentation(
  tracerProvider: TracerProvider | undefined,
  meterProvider: MeterProvider | undefined,
): Running {
  /** The spans of deliveries that are not answered yet. */
  const spans = new Map<object, Span>()
  let meters: { readonly provider: MeterProvider; readonly made: Meters } | undefined

  /** A meter of the global API, unlike a tracer, does not find a provider that is set later. */
  function metersNow(): Meters {
    const provider = meterProvider ?? metrics.getMeterProvider()
    if (meters?.provider !== provider) meters = { provider, made: createMeters(provider) }
    return meters.made
  }

  function spanOf(delivery: KoyweDeliveryContext): Span {
    const known = spans.get(delivery)
    if (known) return known
    const span = startSpan(tracerProvider ?? trace.getTracerProvider())
    spans.set(delivery, span)
    return span
  }

  /** Makes the span of each delivery from the next on the active one. Two instrumentations cannot bind the same storage. */
  function bind(): void {
    const storage = contextStorage()
    if (storage === running.bound) return
    unbind()
    if (!storage || [...runningHere()].some(({ bound }) => bound === storage)) return
    deliveryChannel.start.bindStore(storage, (delivery) => {
      const active = context.active()
      return guarded(() => trace.setSpan(active, spanOf(delivery))) ?? active
    })
    running.bound = storage
  }

  function unbind(): void {
    if (running.bound) deliveryChannel.start.unbindStore(running.bound)
    running.bound = undefined
  }

  function onAnswer(delivery: KoyweDeliveryContext): void {
    const span = spans.get(delivery)
    spans.delete(delivery)
    if (span) guarded(() => endSpan(span, delivery))
    guarded(() => metersNow().countDelivery(delivery))
  }

  const ends = [
    listen(deliveryChannel.start, (delivery: KoyweDeliveryContext) => {
      guarded(() => spanOf(delivery))
      guarded(bind)
    }),
    listen(deliveryChannel.asyncEnd, onAnswer),
    listen(processChannel.error, ({ error }: KoyweProcessContext) => {
      guarded(() => recordListenerError(new Set(spans.values()), error))
    }),
    listen(authChannel.asyncEnd, (question: KoyweAuthContext) => {
      guarded(() => metersNow().countQuestion(question))
    }),
  ]
  const running: Running = {
    tracerProvider,
    meterProvider,
    users: 0,
    bound: undefined,
    end() {
      unbind()
      for (const end of ends) end()
      for (const span of spans.values()) guarded(() => span.end())
      spans.clear()
    },
  }
  guarded(bind)
  return running
}

/** Subscribes to one part of a channel. Returns what undoes it. */
function listen<Context extends object>(
  channel: Channel<unknown, Context>,
  listener: (context: Context) => void,
): () => void {
  const onMessage = (message: unknown) => listener(message as Context) // all that the channel publishes
  channel.subscribe(onMessage)
  return () => void channel.unsubscribe(onMessage)
}

/** Runs what must not fail an application. */
function guarded<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    diag.error('koywe: the instrumentation failed; the delivery is not affected.', error)
    return undefined
  }
}
