import { subscribe } from 'node:diagnostics_channel'
import {
  isKoyweEventName,
  type KoyweAuthContext,
  type KoyweDeliveryContext,
  koyweChannels,
} from '@x/koywe-core'
import { Counter, Gauge, Histogram } from 'prom-client'

const labelNames = ['event', 'outcome', 'code']
const deliveries = new Counter({ name: 'koywe_deliveries_total', help: 'Answered', labelNames })
const duration = new Histogram({ name: 'koywe_delivery_duration_seconds', help: 'To the answer' })
const lastAccepted = new Gauge({ name: 'koywe_last_accepted_timestamp_seconds', help: 'Unix time' })
const auth = {
  name: 'koywe_auth_questions_total',
  help: 'Answered',
  labelNames: ['allowed', 'code'],
}
const questions = new Counter(auth)

subscribe(`tracing:${koyweChannels.delivery}:asyncEnd`, (message) => {
  const { eventName, status = 500, duplicate, code, durationMs } = message as KoyweDeliveryContext
  const event = eventName === undefined || isKoyweEventName(eventName) ? eventName : '_OTHER'
  const taken = duplicate ? 'duplicate' : 'accepted'
  const outcome = status >= 500 ? 'retry' : status >= 400 ? 'refused' : taken
  deliveries.inc({ event: event ?? '', outcome, code: code ?? '' })
  if (durationMs !== undefined) duration.observe(durationMs / 1000)
  if (status < 400) lastAccepted.setToCurrentTime()
})

subscribe(`tracing:${koyweChannels.auth}:asyncEnd`, (message) => {
  const { allowed, code } = message as KoyweAuthContext
  questions.inc({ allowed: String(allowed), code: code ?? '' })
})
