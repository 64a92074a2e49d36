import { expect, it } from 'vitest'
import { jsonResponse } from '../../src/http/response.js'

it('counts a body’s bytes, not its characters', () => {
  expect(jsonResponse(200, '€ñ').headers['content-length']).toBe('7')
  expect(Buffer.byteLength(jsonResponse(200, '€ñ').body)).toBe(7)
})

it('forbids caching of every answer', () => {
  expect(jsonResponse(200, true, { 'retry-after': '5' }).headers).toMatchObject({
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
    'retry-after': '5',
  })
})
