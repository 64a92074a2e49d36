import { describe, expect, it } from 'vitest'
import { createLineLimit } from '../../src/log/line-limit.js'

describe('createLineLimit', () => {
  it('writes the first line at once, then one per minute with the number suppressed', () => {
    let time = 0
    const limit = createLineLimit<string>(() => time)
    const answers: unknown[] = []
    for (time = 0; time <= 180_000; time += 20_000) answers.push(limit('a'))
    const none = undefined
    expect(answers).toEqual([0, none, none, 2, none, none, 2, none, none, 2])
  })

  it('counts each kind separately', () => {
    const limit = createLineLimit<string>(() => 0)
    expect(['a', 'b', 'a', 'b'].map(limit)).toEqual([0, 0, undefined, undefined])
  })
})
