import { subscribe } from 'node:diagnostics_channel'
import * as koywe from '@x/koywe-core'
import { Counter, Gauge, Histogram } from 'prom-client'

const metric = (name: string, ...labelNames: string[]) => ({ name, help: name, labelNames })
const deliveries = new Counter(metric('koywe_deliveries_total', 'api', 'event', 'outcome', 'code'))
const duration = new Histogram(metric('koywe_delivery_duration_seconds'))
const lastAccepted = new Gauge(metric('koywe_last_accepted_timestamp_seconds', 'api'))
const questions = new Counter(metric('koywe_auth_questions_total', 'allowed', 'code'))
lastAccepted.setToCurrentTime({ api: 'ramp' }) // counts from the start; add 'payments' if you receive those

subscribe(`tracing:${koywe.koyweChannels.delivery}:asyncEnd`, (message) => {
  const delivery = message as koywe.KoyweDeliveryContext
  const { api, status = 500, durationMs = 0 } = delivery
  deliveries.inc({ ...koywe.metricLabels(delivery) })
  duration.observe(durationMs / 1000)
  if (status < 400) lastAccepted.setToCurrentTime({ api })
})
subscribe(`tracing:${koywe.koyweChannels.auth}:asyncEnd`, (message) => {
  const { allowed, code = '' } = message as koywe.KoyweAuthContext
  questions.inc({ allowed: String(allowed), code })
})
