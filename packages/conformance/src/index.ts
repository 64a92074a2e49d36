export { describeAuthCallback } from './auth-suite.js'
export {
  answerWithinMs,
  encode,
  open,
  readResponse,
  send,
  type WireRequest,
  type WireResponse,
} from './client.js'
export { payload, post, secrets, signed } from './deliveries.js'
export { listen } from './listen.js'
export type { Mount, Refusal, RunningServer, WebhookServer } from './mount.js'
export { expectUploadToPass, receiveUpload } from './upload.js'
export { describeWebhooks } from './webhook-suite.js'
