import { describe, expect, it } from 'vitest'
import { aboutDelivery, aboutRequest } from '../../src/log/about.js'
import { requestOf } from '../requests.js'

describe('aboutRequest', () => {
  it('names the path and the announced length', () => {
    const request = requestOf('{}', { 'content-length': '312' })
    expect(aboutRequest(request)).toBe(' (POST "/webhooks/koywe", Content-Length "312")')
    expect(aboutRequest(requestOf('{}'))).toBe(' (POST "/webhooks/koywe", no Content-Length)')
  })

  it('omits the query, and quotes what the sender wrote', () => {
    const request = {
      ...requestOf('{}', { 'content-length': '1\u001b[2J' }),
      url: `/${'a'.repeat(99)}?token=t`,
    }
    const path = `/${'a'.repeat(39)}`
    expect(aboutRequest(request)).toBe(` (POST "${path}"…, Content-Length "1\\u001b[2J")`)
  })
})

describe('aboutDelivery', () => {
  it('names the event, its order and the whole id of the delivery', () => {
    const id = '5f'.repeat(32)
    const event = { eventName: 'crypto_delivered', orderId: 'o-1' }
    const text = ` (event "crypto_delivered", order "o-1", delivery ${id})`
    expect(aboutDelivery(event, id)).toBe(text)
  })

  it('omits what is unknown', () => {
    expect(aboutDelivery({ eventName: 'new\nname' }, undefined)).toBe(' (event "new\\nname")')
  })
})
