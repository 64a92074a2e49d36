import { describe, expect, it } from 'vitest'
import { faultsOf } from '../src/matrix.js'
import type { Result } from '../src/questions.js'

const question = 'webhook, bare'

function faultsIn(ours: Omit<Result, 'question'>, control: Omit<Result, 'question'>) {
  const row = { family: 'Express', name: 'express5 · helmet' }
  const result = (side: typeof ours): Result[] => [{ question, ...side }]
  return faultsOf({ ...row, ours: result(ours), control: result(control) }).map(
    ({ fault }) => fault,
  )
}

describe('a fault of ours', () => {
  it('is what ours fails and the control passes', () => {
    expect(faultsIn({ fault: '500' }, {})).toEqual(['500'])
    expect(faultsIn({ fault: '500' }, { fault: '500' })).toEqual([])
  })

  it('is an answer without a header of the stack, or with another value', () => {
    const control = { headers: { 'x-frame-options': 'DENY', 'x-ratelimit-remaining': '9' } }
    expect(faultsIn({ headers: {} }, control)).toEqual([
      'without x-frame-options, x-ratelimit-remaining',
    ])
    const headers = { 'x-frame-options': 'SAMEORIGIN', 'x-ratelimit-remaining': '8' }
    expect(faultsIn({ headers }, control)).toEqual(['without x-frame-options'])
  })

  it('is not what each handler decides, or what the framework adds to its own answers', () => {
    const headers = {
      'content-type': 'text/plain',
      'content-encoding': 'gzip',
      'set-cookie': 'a=b',
    }
    expect(faultsIn({ headers: {} }, { headers })).toEqual([])
  })
})
