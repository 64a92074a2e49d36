import { createHmac } from 'node:crypto'

/** The secret that signs everything here. */
export const secret = 'whsec_of_the_benchmark'

/** An event as text, before it is signed. Each `index` is a different order. */
export function eventText(index: number): string {
  const order = index.toString(16).padStart(12, '0')
  return `{"eventName":"crypto_delivered","orderId":"5a3288ea-0bd4-44d2-af11-${order}","timeStamp":"2022-10-26T22:36:41.658Z"}`
}

/** HMAC-SHA256 in hex. */
export function hmacOf(text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex')
}

/** The bytes that Koywe would post, signed by hand; a forged body has another event's signature. */
export function deliveryOf(index: number, forged = false): Buffer {
  const text = eventText(index)
  const signature = hmacOf(forged ? eventText(index + 1) : text)
  return Buffer.from(`${text.slice(0, -1)},"signature":"${signature}"}`)
}

/** The next `count` deliveries. Within one process no two are equal, so none is a duplicate. */
export function takeDeliveries(count: number): Buffer[] {
  return Array.from({ length: count }, () => deliveryOf(nextIndex++))
}

let nextIndex = 0
