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
export {
  type Claim,
  type ClaimedClaim,
  createMemoryDedupeStore,
  type DedupeStore,
  type DedupeStoreOptions,
  type MemoryDedupeStoreOptions,
} from './dedupe.js'
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
  type KoyweOrderState,
  koyweEventNames,
  koyweOrderStates,
  orderStateOf,
  type UnknownKoyweEvent,
} from './events.js'
export type { Body, HttpHandler, HttpRequest, HttpResponse } from './http.js'
export type { Logger } from './logger.js'
export { isFinal, type OrderMark, rankOf, supersedes } from './order.js'
export type { Secrets } from './signature.js'
export {
  createKoyweWebhooks,
  type KoyweReceiver,
  type KoyweWebhooks,
  type KoyweWebhooksOptions,
} from './webhooks.js'
