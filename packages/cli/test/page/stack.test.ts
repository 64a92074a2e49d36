import { describe, expect, it } from 'vitest'
import { readStack } from '../../page/stack.js'

const calls = {
  own: '    at deliver (file:///home/ana/shop/src/orders.mjs:8:9)',
  windows: '    at C:\\shop\\src\\orders.js:12:3',
  library: '    at emit (/home/ana/shop/node_modules/@x/koywe-core/dist/index.js:1:2)',
  linked:
    '    at emit (file:///home/ana/koywe/packages/core/dist/esm/chunks/koywe-webhooks.js:1274:27)',
  node: '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
}
const stackOf = (...lines: readonly string[]) => ['TypeError: no: really', ...lines].join('\n')

describe('a stack', () => {
  it("is read as the application's own calls, and how many are of others", () => {
    expect(readStack(stackOf(calls.library, calls.own, calls.linked, calls.node))).toEqual({
      own: stackOf(calls.own),
      foreign: 3,
      place: 'orders.mjs:8',
    })
  })

  it('has its place on Windows too', () => {
    expect(readStack(stackOf(calls.windows)).place).toBe('orders.js:12')
  })

  it('has no place where no call is of the application', () => {
    expect(readStack(stackOf(calls.node))).toMatchObject({ foreign: 1, place: undefined })
  })
})
