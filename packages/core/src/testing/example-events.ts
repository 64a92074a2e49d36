import { type KoyweEventMap, type KoyweEventName, koyweEventNames } from '../ramp/events.js'

/** One event of every name, with the order id and the time of Koywe's documented example. */
export const exampleEvents: Readonly<KoyweEventMap> = Object.fromEntries(
  koyweEventNames.map((name) => [name, exampleEvent(name)]),
) as unknown as KoyweEventMap // one entry per name, each with that name

function exampleEvent(eventName: KoyweEventName) {
  return {
    eventName,
    orderId: '5a3288ea-0bd4-44d2-af11-aae1f88bbd61',
    timeStamp: '2022-10-26T22:36:41.658Z',
  }
}
