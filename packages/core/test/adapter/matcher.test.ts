import { describe, expect, it } from 'vitest'
import { createMatcher, type Place } from '../../src/adapter.js'

/** A request as the rule sees it, with what the adapter would read from its framework. */
interface Facts {
  readonly path: string
  readonly place?: Place
}

function matcherOf(path: string | undefined, defaultPath = '/webhooks/koywe') {
  const log: string[] = []
  const isOurs = createMatcher<Facts>({
    path,
    defaultPath,
    warn: (sentence) => log.push(sentence),
    pathOf: (request) => request.path,
    placeOf: ({ place }) => place ?? expect.fail('the place was looked at'),
  })
  const post = (path: string, place?: Place) =>
    isOurs('POST', place ? { path, place } : { path }, undefined)
  return { log, isOurs, post }
}

it('mounted bare, only a POST to exactly the default path is ours', () => {
  const { post } = matcherOf(undefined)
  expect(post('/webhooks/koywe', 'outside')).toBe(true)
  for (const path of ['/', '', '/webhooks/koywe/', '/webhooks/koyweX', '/Webhooks/Koywe']) {
    expect(post(path, 'outside')).toBe(false)
  }
})

it('on its own route or path, every path is ours', () => {
  const { post, log } = matcherOf(undefined)
  expect(post('/any', 'here')).toBe(true)
  expect(log).toEqual([])
})

it('the option `path` alone decides', () => {
  const { post } = matcherOf('/in')
  expect(post('/in')).toBe(true)
  expect(post('/webhooks/koywe')).toBe(false)
  expect(matcherOf('*').post('/any')).toBe(true)
})

it('no other method is ours', () => {
  for (const option of [undefined, '*', '/in']) {
    for (const method of ['GET', 'PUT', 'HEAD', 'OPTIONS', 'post', '']) {
      const { isOurs } = matcherOf(option, '/in')
      expect(isOurs(method, { path: '/in', place: 'here' }, undefined)).toBe(false)
    }
  }
})

it('does not check the place for a POST to its own path, nor for other methods once it is known to be bare', () => {
  const { isOurs, post } = matcherOf(undefined)
  expect(post('/webhooks/koywe')).toBe(true)
  isOurs('GET', { path: '/', place: 'outside' }, undefined)
  expect(isOurs('GET', { path: '/' }, undefined)).toBe(false)
})

describe('when the handler on the matched route is hidden', () => {
  it('a middleware that was only ever reached through routes answers, and logs nothing', () => {
    const { post, log } = matcherOf(undefined)
    expect([post('/hooks', 'unclear'), post('/hooks', 'unclear')]).toEqual([true, true])
    expect(log).toEqual([])
  })

  it.each(['GET', 'POST'])(
    'one that a %s has reached without a route passes on, and says so once with the cure',
    (method) => {
      const { isOurs, post, log } = matcherOf(undefined)
      isOurs(method, { path: '/other', place: 'outside' }, undefined)
      expect([post('/orders', 'unclear'), post('/orders', 'unclear')]).toEqual([false, false])
      expect(log).toEqual([expect.stringMatching(/POST to "\/orders" was passed on.*path: '\*'/)])
    },
  )
})

it('says once that it answered on what turns out to be another route, with the cure', () => {
  const { isOurs, post, log } = matcherOf(undefined)
  expect(post('/orders', 'unclear')).toBe(true)
  isOurs('GET', { path: '/', place: 'outside' }, undefined)
  expect(post('/orders', 'unclear')).toBe(false)
  expect(log[0]).toMatch(/POST to "\/orders" was answered.*before the routes/)
})

it('says once that it passed on a POST behind a route, with the cure', () => {
  const { post, log } = matcherOf(undefined)
  expect([post('/orders', 'elsewhere'), post('/other', 'elsewhere')]).toEqual([false, false])
  expect(log).toEqual([expect.stringMatching(/POST to "\/orders" was passed on.*path: '\*'/)])
})

describe('a near miss of its path', () => {
  it.each(['/webhooks/koywe/', '/WEBHOOKS/Koywe', '//webhooks/koywe', '/webhooks///koywe//'])(
    '%s is passed on, and said once with the cure',
    (path) => {
      const { post, log } = matcherOf(undefined)
      expect([post(path, 'outside'), post(path, 'outside')]).toEqual([false, false])
      expect(log).toEqual([expect.stringMatching(/passed on.*ends in \/webhooks\/koywe .*`path`/)])
      expect(log[0]).toContain(path)
    },
  )

  it('is warned of for the option `path` too', () => {
    const { post, log } = matcherOf('/in/a.b')
    expect([post('/in/axb'), post('/in/a.b/')]).toEqual([false, false])
    expect(log).toEqual([expect.stringContaining('"/in/a.b/" was passed on')])
  })

  it('does not include a path that differs more', () => {
    const { post, log } = matcherOf(undefined)
    for (const path of ['/webhooks/koyweX', '/x/webhooks/koywe', '/webhookskoywe', '/']) {
      post(path, 'outside')
    }
    expect(log).toEqual([])
  })
})

it('logs at most 40 characters of a path, and no control characters', () => {
  const { post, log } = matcherOf(undefined)
  post(`/${'\u001b[2J\u009b\u2028'.repeat(50)}`, 'elsewhere')
  expect(log[0]).toMatch(/^[\x20-\x7e…]{1,600}$/)
  expect(log[0]).not.toContain('2J'.repeat(8))
})

it.each([
  [''],
  ['in'],
  [' /in'],
  ['/in '],
  ['/in?key=1'],
  ['/in#a'],
  [1],
  [null],
  [['/in']],
  [/in/],
])('the path option %j throws a TypeError that shows a path', (path) => {
  // What plain JavaScript may pass.
  expect(() => matcherOf(path as string)).toThrow(TypeError)
  expect(() => matcherOf(path as string)).toThrow('begin with a slash')
})
