import { expect, it } from 'vitest'
import { createMatcher } from '../src/adapter.js'

const here = () => true
const elsewhere = () => false

it('bare, only a POST to the very default path is ours, or what the framework has matched', () => {
  const isOurs = createMatcher(undefined, '/webhooks/koywe')
  expect(isOurs('POST', '/webhooks/koywe', elsewhere)).toBe(true)
  expect(isOurs('POST', '/any', here)).toBe(true)
  for (const path of ['/', '', '/webhooks/koywe/', '/webhooks/koyweX', '/Webhooks/Koywe']) {
    expect(isOurs('POST', path, elsewhere)).toBe(false)
  }
})

it('a path option decides alone', () => {
  const isOurs = createMatcher('/in', '/webhooks/koywe')
  expect(isOurs('POST', '/in', elsewhere)).toBe(true)
  expect(isOurs('POST', '/webhooks/koywe', here)).toBe(false)
  expect(createMatcher('*', '/webhooks/koywe')('POST', '/any', elsewhere)).toBe(true)
})

it('no other method is ours', () => {
  for (const option of [undefined, '*', '/in']) {
    for (const method of ['GET', 'PUT', 'HEAD', 'OPTIONS', 'post', '']) {
      expect(createMatcher(option, '/in')(method, '/in', here)).toBe(false)
    }
  }
})

it('asks the framework last', () => {
  const isOurs = createMatcher(undefined, '/in')
  expect(isOurs('GET', '/in', () => expect.fail('was asked'))).toBe(false)
  expect(isOurs('POST', '/in', () => expect.fail('was asked'))).toBe(true)
})

it.each([[''], ['in'], [' /in'], [1], [null], [['/in']], [/in/]])(
  'the path option %j throws a TypeError that shows a path',
  (path) => {
    // Given by those who do not use TypeScript.
    expect(() => createMatcher(path as string, '/in')).toThrow(TypeError)
    expect(() => createMatcher(path as string, '/in')).toThrow('begin with a slash')
  },
)
