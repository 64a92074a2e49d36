export { defaultPaths } from './setup/default-paths.js'
export { type AskOptions, ask, type CallbackAnswer } from './testing/ask.js'
export {
  type AnyBadDelivery,
  type BadDelivery,
  badDeliveries,
  type DeliveryRequest,
  type ParserRefusal,
} from './testing/bad-deliveries.js'
export { badPaymentsDeliveries } from './testing/bad-payments-deliveries.js'
export {
  type DeliverOptions,
  type DeliveryAnswer,
  deliver,
  type RepeatOptions,
} from './testing/deliver.js'
export type { EventToDeliver, Manner, PaymentsEventToDeliver } from './testing/delivery-request.js'
export { exampleEvents } from './testing/example-events.js'
export { examplePaymentsEvents } from './testing/example-payments-events.js'
export { type KoyweLife, type KoyweOrderOptions, koyweOrder } from './testing/koywe-order.js'
export { signEvent } from './testing/sign-event.js'
export { signedPaymentsRequest, signPayments } from './testing/sign-payments.js'
export type { Target } from './testing/target.js'
