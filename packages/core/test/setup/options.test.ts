import { describe, expect, it } from 'vitest'
import { checkOptions } from '../../src/setup/options.js'

const known = ['leaseMs', 'ttlMs', 'maxEntries', 'now']
const check = (given: unknown, names: readonly string[] = known) =>
  checkOptions(given, names, 'createStore')

describe('options', () => {
  it.each([
    [{}],
    [{ leaseMs: 1 }],
    [{ leaseMs: undefined, now: undefined }],
    [Object.create(null)],
  ])('that are known are accepted: %j', (given) => {
    expect(() => check(given)).not.toThrow()
  })

  it.each([
    ['ttlMS', 'ttlMs'],
    ['ttl', 'ttlMs'],
    ['TTLMS', 'ttlMs'],
    ['lease', 'leaseMs'],
    ['leasems', 'leaseMs'],
    ['leeseMs', 'leaseMs'],
    ['laeseMs', 'leaseMs'],
    ['maxEntry', 'maxEntries'],
    ['max_entries', 'maxEntries'],
    ['nov', 'now'],
  ])('with the unknown name %s are a TypeError that names the nearest, %s', (wrong, right) => {
    const attempt = () => check({ leaseMs: 1, [wrong]: 1 })
    expect(attempt).toThrow(TypeError)
    expect(attempt).toThrow(
      new TypeError(`Unknown option \`${wrong}\` of createStore; did you mean \`${right}\`?`),
    )
  })

  it.each([['colour'], ['x'], [''], ['__proto__x'], ['toString'], ['x'.repeat(1_000_000)]])(
    'with an unknown name that is near to none are a TypeError that lists the known ones: %.20s',
    (wrong) => {
      expect(() => check({ [wrong]: 1 })).toThrow(
        new TypeError(
          `Unknown option \`${wrong}\` of createStore; it has \`leaseMs\`, \`ttlMs\`, \`maxEntries\`, \`now\`.`,
        ),
      )
    },
  )

  it.each([
    ['a string', 'the-old-secret'],
    ['a number', 5],
    ['a boolean', true],
    ['a function', () => {}],
    ['an array', ['the-old-secret']],
    ['null', null],
    ['undefined', undefined],
  ])('that are %s are a TypeError that does not show the value', (kind, given) => {
    expect(() => check(given)).toThrow(
      new TypeError(`The options of createStore must be an object, not ${kind}.`),
    )
  })
})
