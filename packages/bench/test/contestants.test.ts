import { describe, expect, it } from 'vitest'
import { createContestants } from '../src/contestants.js'

describe.each(createContestants())('$name', ({ prepare, acceptsAll }) => {
  it('accepts a signed delivery', async () => {
    expect(await prepare(1, false)()).toBe(true)
  })

  it('refuses a forged one, unless it accepts everything', async () => {
    expect(await prepare(2, true)()).toBe(acceptsAll === true)
  })
})
