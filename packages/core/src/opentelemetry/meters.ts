import type { MeterProvider } from '@opentelemetry/api'
import type { KoyweAuthContext, KoyweDeliveryContext } from '../http/channels.js'
import { metricLabels } from '../webhooks/metric-labels.js'
import { scope, semanticConventions } from './spans.js'

/** The instruments of one meter provider. */
export interface Meters {
  countDelivery(delivery: KoyweDeliveryContext): void
  countQuestion(question: KoyweAuthContext): void
}

/** The bounds of the duration's histogram, in seconds, as the conventions advise. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Creates the four metrics. */
export function createMeters(provider: MeterProvider): Meters {
  const meter = provider.getMeter(scope, undefined, { schemaUrl: semanticConventions })
  const deliveries = meter.createCounter('koywe.deliveries', {
    description: 'Webhooks of Koywe that were answered.',
    unit: '{delivery}',
  })
  const duration = meter.createHistogram('koywe.delivery.duration', {
    description: 'From the arrival of a webhook to its answer.',
    unit: 's',
    advice: { explicitBucketBoundaries: bounds },
  })
  const lastAccepted = meter.createGauge('koywe.deliveries.last_accepted', {
    description: 'When a webhook was last accepted, in seconds since 1970. A duplicate counts.',
    unit: 's',
  })
  const questions = meter.createCounter('koywe.auth.questions', {
    description: 'Questions of the authentication callback that were answered.',
    unit: '{question}',
  })

  return {
    countDelivery(delivery) {
      const { status, durationMs = 0 } = delivery
      if (status === undefined) return
      const labels = metricLabels(delivery)
      const { code: _, ...withoutCode } = labels
      deliveries.add(1, { ...labels })
      duration.record(durationMs / 1000, withoutCode)
      if (status < 400) lastAccepted.record(Date.now() / 1000, { api: labels.api })
    },
    countQuestion({ allowed, code, status }) {
      if (status !== undefined) questions.add(1, { allowed, ...(code && { code }) })
    },
  }
}
