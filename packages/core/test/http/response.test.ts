import { expect, it } from 'vitest'
import { answerTo, jsonResponse } from '../../src/http/response.js'

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

it('closes the connection only while an upload is still coming, and names a time only for a retry', () => {
  expect(answerTo('body_timeout').headers).toMatchObject({ connection: 'close' })
  expect(answerTo('in_progress').headers).toMatchObject({ 'retry-after': '5' })
  for (const code of ['invalid_signature', 'body_too_large', 'handler_failed'] as const) {
    expect(Object.keys(answerTo(code).headers)).toEqual([
      'content-type',
      'content-length',
      'cache-control',
    ])
  }
})
