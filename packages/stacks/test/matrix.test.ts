import { describe, expect, it } from 'vitest'
import { faultsOf } from '../src/matrix.js'
import type { Result } from '../src/questions.js'

const question = 'webhook, bare'

type Answer = Omit<Result, 'question'>

function faultsIn(ours: Answer, control: Answer, name = 'express5 · helmet') {
  const row = { family: 'Express', name }
  const result = (side: Answer): Result[] => [{ question, ...side }]
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

  it('is not what each handler decides', () => {
    expect(faultsIn({ headers: {} }, { headers: { 'content-type': 'text/plain' } })).toEqual([])
  })

  it('is what compression and sessions add on Express, but not on Koa and Fastify', () => {
    const control = { headers: { 'content-encoding': 'gzip', 'set-cookie': 'a=b' } }
    const faults = ['without content-encoding, set-cookie']
    expect(faultsIn({ headers: {} }, control, 'express5 · session')).toEqual(faults)
    expect(faultsIn({ headers: {} }, control, 'nest11 · express')).toEqual(faults)
    expect(faultsIn({ headers: {} }, control, 'koa3 · koa-session')).toEqual([])
    expect(faultsIn({ headers: {} }, control, 'fastify5 · compress')).toEqual([])
  })
})
