import { createHmac } from 'node:crypto'
import { signEvent } from '@x/koywe-core/testing'

/** The secret that signs everything here. */
export const secret = 'whsec_of_the_benchmark'

/** An event as text, before it is signed. Each `index` is a different order. */
export function eventText(index: number): string {
  const order = index.toString(16).padStart(12, '0')
  return `{"eventName":"crypto_delivered","orderId":"5a3288ea-0bd4-44d2-af11-${order}","timeStamp":"2022-10-26T22:36:41.658Z"}`
}

/** HMAC-SHA256 in hex: the bare cryptography, which every row is compared with. Signs no delivery. */
export function hmacOf(text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex')
}

/** The bytes that Koywe would post; a forged body is signed with another secret. */
export function deliveryOf(index: number, forged = false): Buffer {
  return Buffer.from(signEvent(JSON.parse(eventText(index)), forged ? `not ${secret}` : secret))
}

/** The next `count` deliveries. Within one process no two are equal, so none is a duplicate. */
export function takeDeliveries(count: number): Buffer[] {
  return Array.from({ length: count }, () => deliveryOf(nextIndex++))
}

let nextIndex = 0
