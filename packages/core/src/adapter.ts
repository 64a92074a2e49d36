// What an adapter is made of, beside the handlers: for those who write one.
export { type BodySource, readBody } from './body.js'
export { checkPath, createMatcher, type Matcher, type MountOptions } from './mount.js'
export { toKoyweWebhooks, withReceiver } from './receiver.js'
export { sendResponse } from './send-response.js'
