export { type AskOptions, ask, type CallbackAnswer } from './testing/ask.js'
export {
  type BadDelivery,
  badDeliveries,
  type DeliveryRequest,
  type ParserRefusal,
} from './testing/bad-deliveries.js'
export {
  type DeliverOptions,
  type DeliveryAnswer,
  deliver,
  type EventToDeliver,
  type RepeatOptions,
} from './testing/deliver.js'
export { exampleEvents } from './testing/example-events.js'
export { type KoyweLife, type KoyweOrderOptions, koyweOrder } from './testing/koywe-order.js'
export { signEvent } from './testing/sign-event.js'
export type { Target } from './testing/target.js'
