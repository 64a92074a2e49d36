export {
  type AuthQuestion,
  createKoyweAuthCallback,
  type KoyweAuthCallbackOptions,
} from './auth-callback.js'
export {
  anyOf,
  apiKey,
  basic,
  bearer,
  bodySignature,
  type Credential,
  type CredentialCheck,
  type UsernamePassword,
} from './credentials.js'
export type { Delivery } from './delivery.js'
export type { KoyweEmitter, Listener } from './emitter.js'
export { KoyweError, type KoyweErrorCode } from './errors.js'
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
} from './events.js'
export type { Body, HttpHandler, HttpRequest, HttpResponse } from './http.js'
export type { Logger } from './logger.js'
export { createMemoryDedupeStore, type MemoryDedupeStoreOptions } from './memory-store.js'
export { isFinal, type KoyweOrderState, koyweOrderStates, rankOf } from './order-state.js'
export type { Secrets } from './signature.js'
export type { Claim, ClaimedClaim, DedupeStore, DedupeStoreOptions } from './store.js'
export { type OrderMark, supersedes } from './supersedes.js'
export {
  createKoyweWebhooks,
  type KoyweReceiver,
  type KoyweWebhooks,
  type KoyweWebhooksOptions,
} from './webhooks.js'
