// What an adapter is made of, beside the handlers: for those who write one.
export { authCallbackOptions } from './auth-callback.js'
export { type BodySource, readBody } from './body.js'
export {
  type Adapter,
  type AdapterAuthCallbackOptions,
  type AdapterWebhooksOptions,
  type CreateIsOurs,
  createAdapter,
  isNamedAs,
} from './create-adapter.js'
export {
  checkPath,
  createMatcher,
  type Framework,
  type Matcher,
  type MatcherParts,
  type MountOptions,
  type Place,
} from './mount.js'
export { checkOptions } from './options.js'
export { toKoyweWebhooks, withReceiver } from './receiver.js'
export { jsonResponse } from './response.js'
export { sendResponse } from './send-response.js'
