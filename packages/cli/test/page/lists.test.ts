import { describe, expect, it } from 'vitest'
import { readAddress, writeAddress } from '../../page/address.js'
import { createEntryList } from '../../page/entry-list.js'
import { createEventStream } from '../../page/event-stream.js'
import { type Filter, matches, noFilter, valuesOf } from '../../page/filter.js'
import { bytes, counted, duration } from '../../page/format.js'
import { delivery, forgery, question } from './entries.js'

const numbers = (list: ReturnType<typeof createEntryList>) =>
  list.newest().map(({ number }) => number)

describe('the list of requests', () => {
  it('keeps the latest, newest first', () => {
    const list = createEntryList(3)
    for (const number of [1, 2, 3, 4, 5]) list.add(delivery({ number }))
    expect(numbers(list)).toEqual([5, 4, 3])
    expect(list.get(2)).toBeUndefined()
  })

  it('puts an update in the place of what it updates', () => {
    const list = createEntryList(3)
    for (const number of [1, 2, 3]) list.add(delivery({ number, status: 200 }))
    list.add(delivery({ number: 2, status: 500 }))
    expect(numbers(list)).toEqual([3, 2, 1])
    expect(list.get(2)).toMatchObject({ status: 500 })
  })

  it('puts what comes late where its number belongs', () => {
    const list = createEntryList(3)
    for (const number of [2, 4, 3, 1, 5]) list.add(delivery({ number }))
    expect(numbers(list)).toEqual([5, 4, 3])
  })

  it('is the same array until it changes', () => {
    const list = createEntryList()
    list.add(delivery())
    const before = list.newest()
    expect(list.newest()).toBe(before)
    list.add(delivery())
    expect(list.newest()).not.toBe(before)
  })
})

describe('a filter', () => {
  const entries = [
    delivery({ number: 1, eventName: 'fiat_sent', orderId: 'o-1', externalId: 'A-1' }),
    delivery({ number: 2, eventName: 'fiat_sent', orderId: 'o-2', duplicate: true }),
    forgery({ number: 3, orderId: 'o-3', body: { text: '{"note":"Señal"}' } }),
    delivery({
      number: 4,
      api: 'payments',
      status: 500,
      code: 'handler_failed',
      errors: [{ name: 'Error', message: 'no disk' }],
    }),
    question({ number: 5, email: 'a…@example.com' }),
  ]
  const found = (filter: Partial<Filter>) =>
    entries
      .filter((entry) => matches(entry, { ...noFilter, ...filter }))
      .map(({ number }) => number)

  it.each([
    [{}, [1, 2, 3, 4, 5]],
    [{ order: 'o-1' }, [1, 5]],
    [{ order: ' A-1 ' }, [1, 5]],
    [{ event: 'fiat_sent' }, [1, 2, 5]],
    [{ api: 'payments' as const }, [4, 5]],
    [{ answer: 'duplicate' }, [2]],
    [{ answer: 'accepted' }, [1]],
    [{ answer: 'allowed' }, [5]],
    [{ answer: 'not accepted' }, [3, 4]],
    [{ answer: '401' }, [3]],
    [{ answer: 'handler_failed' }, [4]],
    [{ text: 'señal' }, [3]],
    [{ text: 'NO DISK' }, [4]],
    [{ text: 'mend it' }, [3]],
    [{ text: 'a…@' }, [5]],
    [{ text: 'o-', event: 'fiat_sent', answer: 'duplicate' }, [2]],
  ])('%j shows %j', (filter, expected) => {
    expect(found(filter)).toEqual(expected)
  })

  it('offers each value once, in alphabetical order', () => {
    const values = valuesOf(entries, (entry) => entry.status?.toString())
    expect(values).toEqual(['200', '401', '500'])
  })
})

describe('the stream', () => {
  it('is read the same however it is cut', () => {
    const text =
      'retry: 2000\n\nid: 1\ndata: {"a":1}\n\n: ping\n\ndata:b\r\ndata: c\r\n\r\nevent: x\ndata: ñ\n\nda'
    for (let size = 1; size <= text.length; size++) {
      const stream = createEventStream()
      const data: string[] = []
      for (let at = 0; at < text.length; at += size) {
        data.push(...stream.push(text.slice(at, at + size)))
      }
      expect(data).toEqual(['{"a":1}', 'b\nc', 'ñ'])
    }
  })
})

describe('the address', () => {
  it('keeps the token, the view and what is open', () => {
    const address = { token: 'a+b/c=', view: 'orders', entry: 12 } as const
    expect(readAddress(writeAddress(address))).toEqual(address)
    expect(writeAddress({ token: 't', view: 'deliveries', entry: undefined })).toBe('#token=t')
  })

  it.each(['', '#', '#token=', '#view=nothing&entry=x'])('may say nothing: %j', (fragment) => {
    const address = { token: undefined, view: 'deliveries', entry: undefined }
    expect(readAddress(fragment)).toEqual(address)
  })
})

describe('numbers', () => {
  it('have the unit that reads best', () => {
    expect([0.04, 0.4, 12.4, 999.4, 1234].map(duration)).toEqual([
      '0.0 ms',
      '0.4 ms',
      '12 ms',
      '999 ms',
      '1.2 s',
    ])
    expect([1, 999, 65_000].map(bytes)).toEqual(['1 byte', '999 bytes', '65,000 bytes'])
    expect(counted(1, 'line', 'lines')).toBe('1 line')
    expect(counted(1_234_567, 'line', 'lines')).toBe('1,234,567 lines')
  })
})
