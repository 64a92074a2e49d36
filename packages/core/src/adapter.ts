// What you need to write an adapter, besides the handlers.

export {
  type Adapter,
  type AdapterAuthCallbackOptions,
  type AdapterWebhooksOptions,
  type CreateIsOurs,
  createAdapter,
  isNamedAs,
} from './adapter/create-adapter.js'
export {
  checkPath,
  createMatcher,
  type Framework,
  type Matcher,
  type MatcherParts,
  type PathOption,
  type Place,
} from './adapter/matcher.js'
export { receiverOf, withListeners } from './adapter/receiver-of.js'
export { sendResponse } from './adapter/send-response.js'
export { authCallbackOptions } from './auth-callback/auth-callback.js'
export { type BodySource, readBody } from './http/body.js'
export { jsonResponse } from './http/response.js'
export { defaultPaths } from './setup/default-paths.js'
export { checkOptions } from './setup/options.js'
export { webhooksOptions } from './webhooks/options.js'
