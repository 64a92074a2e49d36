import { subscribe } from 'node:diagnostics_channel'
import {
  isKoyweEventName,
  isKoywePaymentsEvent,
  type KoyweAuthContext,
  type KoyweDeliveryContext,
  koyweChannels,
} from '@x/koywe-core'
import { Counter, Gauge, Histogram } from 'prom-client'

const labelNames = ['api', 'event', 'outcome', 'code']
const deliveries = new Counter({ name: 'koywe_deliveries_total', help: 'Answered', labelNames })
const duration = new Histogram({ name: 'koywe_delivery_duration_seconds', help: 'To the answer' })
const lastAccepted = new Gauge({
  name: 'koywe_last_accepted_timestamp_seconds',
  help: 'Unix time',
  labelNames: ['api'],
})
for (const api of ['ramp', 'payments']) lastAccepted.set({ api }, 0)
const auth = {
  name: 'koywe_auth_questions_total',
  help: 'Answered',
  labelNames: ['allowed', 'code'],
}
const questions = new Counter(auth)

subscribe(`tracing:${koyweChannels.delivery}:asyncEnd`, (message) => {
  const delivery = message as KoyweDeliveryContext
  const { api, eventName = '', status = 500, duplicate, code, durationMs } = delivery
  const isKnown =
    api === 'payments' ? isKoywePaymentsEvent({ type: eventName }) : isKoyweEventName(eventName)
  const event = isKnown || eventName === '' ? eventName : '_OTHER'
  const taken = duplicate ? 'duplicate' : 'accepted'
  const outcome = status >= 500 ? 'retry' : status >= 400 ? 'refused' : taken
  deliveries.inc({ api, event, outcome, code: code ?? '' })
  if (durationMs !== undefined) duration.observe(durationMs / 1000)
  if (status < 400) lastAccepted.setToCurrentTime({ api })
})

subscribe(`tracing:${koyweChannels.auth}:asyncEnd`, (message) => {
  const { allowed, code } = message as KoyweAuthContext
  questions.inc({ allowed: String(allowed), code: code ?? '' })
})
