import { describe, expect, it } from 'vitest'
import { adapters, readClaims } from '../src/claims.js'
import { rowsOf } from '../src/rows.js'
import { daysToCover, sampleOf, seedOf } from '../src/sample.js'

const perDay = 5
const claims = adapters.map(readClaims)
const rows = rowsOf(claims, ['20.19.0', '22', '24', '26'])
const days = daysToCover(rows, perDay)
const seed = seedOf('2026-11-24')

const keysOf = (day: number): string[] => sampleOf(rows, day, perDay).map(({ key }) => key)

describe('the matrix', () => {
  it('has every version of every framework with both ends of what stands beside it, on every Node', () => {
    const frameworks = claims.flatMap((claim) => claim.frameworks)
    expect(rows).toHaveLength(frameworks.length * 2 * 2 * 4)
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
  })

  it('installs the lowest version as it is and the highest as its range', () => {
    const claim = { name: 'koa2', published: 'koa', range: '^2.13.0' }
    const router = { name: 'router', published: '@koa/router', range: '^14.0.0 || ^15.0.0' }
    const small = rowsOf([{ adapter: 'koa', frameworks: [claim], companions: [router] }], ['22'])
    expect(small.map(({ dependencies }) => dependencies)).toEqual([
      { koa: '2.13.0', router: 'npm:@koa/router@14.0.0' },
      { koa: '2.13.0', router: 'npm:@koa/router@^14.0.0 || ^15.0.0' },
      { koa: '^2.13.0', router: 'npm:@koa/router@14.0.0' },
      { koa: '^2.13.0', router: 'npm:@koa/router@^14.0.0 || ^15.0.0' },
    ])
    expect(small[0]?.imports).toEqual({ koa2: 'koa', router: 'router' })
  })
})

describe('the sample of a day', () => {
  it('is the same whenever it is drawn, in whichever order the rows come', () => {
    const again = sampleOf([...rows].reverse(), seed, perDay).map(({ key }) => key)
    expect(again).toEqual(keysOf(seed))
  })

  it('is another one on the next day', () => {
    expect(keysOf(seed + 1).filter((key) => keysOf(seed).includes(key))).toEqual([])
  })

  it('has at most so many rows, and plays every adapter', () => {
    for (let day = seed; day < seed + days - 1; day += 1) {
      expect(keysOf(day).length).toBeLessThanOrEqual(perDay)
    }
    expect(new Set(sampleOf(rows, 0, perDay).map(({ adapter }) => adapter)).size).toBe(3)
  })

  it.each([0, 7, 19])('covers every row within its days, beginning on any day: %i', (offset) => {
    const begin = seed + offset
    const covered = Array.from({ length: days }, (_, day) => keysOf(begin + day)).flat()
    expect(covered.sort()).toEqual(rows.map(({ key }) => key).sort())
  })
})

describe('a seed', () => {
  it('is the number of the day', () => {
    expect(seedOf('1970-01-02')).toBe(1)
    expect(seedOf('2026-11-25') - seed).toBe(1)
  })

  it.each(['today', '2026-13-01', '24.11.2026', '2026-11-24T00:00'])('is not %s', (day) => {
    expect(() => seedOf(day)).toThrow(RangeError)
  })
})
