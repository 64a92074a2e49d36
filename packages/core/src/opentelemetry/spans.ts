import {
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import type { KoyweDeliveryContext } from '../http/channels.js'
import type { Body } from '../http/contract.js'
import { countedName, outcomeOf } from '../webhooks/metric-labels.js'

/** The semantic conventions whose names are used here. Those of messaging may still change. */
export const semanticConventions = 'https://opentelemetry.io/schemas/1.41.0'

/** The name of the instrumentation, and of what it measures: the system that sends the messages. */
export const scope = '@x/koywe-core'

/** Starts the span of a delivery, a child of the active one. Its event is not known yet. */
export function startSpan(provider: TracerProvider): Span {
  return provider.getTracer(scope, undefined, { schemaUrl: semanticConventions }).startSpan(
    'process',
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'koywe',
        'messaging.operation.type': 'process',
        'messaging.operation.name': 'process',
      },
    },
    context.active(),
  )
}

/** Writes what came of the delivery into its span, and ends it. */
export function endSpan(span: Span, delivery: KoyweDeliveryContext): void {
  if (span.isRecording()) describe(span, delivery)
  span.end()
}

function describe(span: Span, delivery: KoyweDeliveryContext): void {
  const { api, eventName, orderId, deliveryId, code, reason, body } = delivery
  const name = countedName(delivery)
  if (name !== undefined) span.updateName(`process ${name}`)
  const attributes = {
    'messaging.message.id': deliveryId,
    'messaging.message.body.size': sizeOf(body),
    'koywe.event.name': eventName,
    'koywe.order.id': orderId,
    'koywe.outcome': outcomeOf(delivery),
    'koywe.api': api,
    'error.type': code,
  }
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) span.setAttribute(key, value)
  }
  if (code === undefined) return
  span.setStatus({ code: SpanStatusCode.ERROR, ...(reason !== undefined && { message: reason }) })
}

/** Adds what a listener threw to the span that is active, if that is one of a delivery. */
export function recordListenerError(ours: ReadonlySet<Span>, error: unknown): void {
  const span = trace.getActiveSpan()
  if (span && ours.has(span)) span.recordException(error instanceof Error ? error : String(error))
}

/** The bytes of a body; unknown where a parser has made a value of it. */
function sizeOf(body: Body | undefined): number | undefined {
  if (body === undefined || 'value' in body) return undefined
  return 'bytes' in body ? body.bytes.byteLength : Buffer.byteLength(body.text)
}
