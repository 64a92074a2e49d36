export {
  type AuthQuestion,
  createKoyweAuthCallback,
  type KoyweAuthCallbackOptions,
} from './auth-callback/auth-callback.js'
export {
  anyOf,
  apiKey,
  basic,
  bearer,
  bodySignature,
  type CallerCheck,
  type RequestCheck,
  type UsernamePassword,
} from './auth-callback/credentials.js'
export { createMemoryDedupeStore, type MemoryDedupeStoreOptions } from './dedupe/memory-store.js'
export type {
  Claim,
  ClaimAnswer,
  ClaimInProgress,
  DedupeStore,
  DedupeStoreOptions,
  ForgetAnswer,
} from './dedupe/store.js'
export { KoyweError, type KoyweErrorCode } from './errors.js'
export {
  type KoyweApi,
  type KoyweAuthContext,
  type KoyweDeliveryContext,
  type KoyweEventContext,
  type KoyweProcessContext,
  type KoyweRequestContext,
  koyweChannels,
  type TracedEvent,
  type TracedPaymentsEvent,
} from './http/channels.js'
export type { Body, HttpHandler, HttpRequest, HttpResponse } from './http/contract.js'
export type { Logger } from './log/logger.js'
export {
  isKoywePaymentsEvent,
  type KoywePaymentsEvent,
  type KoywePaymentsEventFields,
  type KoywePaymentsEventMap,
  type KoywePaymentsEventType,
  type KoywePaymentsOrderData,
  type KoywePaymentsOrderStatus,
  type KoywePaymentsRelationships,
  koywePaymentsEventTypes,
  type UnknownKoywePaymentsEvent,
} from './payments/events.js'
export {
  isKoyweEvent,
  isKoyweEventName,
  type KoyweEvent,
  type KoyweEventFields,
  type KoyweEventMap,
  type KoyweEventName,
  koyweEventNames,
  orderStateOf,
  type UnknownKoyweEvent,
} from './ramp/events.js'
export { isFinal, type KoyweOrderState, koyweOrderStates, rankOf } from './ramp/order-state.js'
export type { Secrets } from './ramp/signature.js'
export { type OrderMark, supersedes } from './ramp/supersedes.js'
export type { Delivery } from './webhooks/delivery.js'
export type { KoyweEmitter, Listener } from './webhooks/emitter.js'
export {
  createKoywePayments,
  type KoywePayments,
  type KoywePaymentsListeners,
} from './webhooks/koywe-payments.js'
export { createKoyweWebhooks, type KoyweWebhooks } from './webhooks/koywe-webhooks.js'
export { type MetricLabels, metricLabels, type Outcome } from './webhooks/metric-labels.js'
export type { KoyweWebhooksOptions } from './webhooks/options.js'
export type { KoyweListeners } from './webhooks/receiver.js'
