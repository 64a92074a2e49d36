import { expect, it } from 'vitest'
import { formatTable, isHeld, median } from '../src/table.js'

it('returns the middle figure, or the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([10, 2, 1, 4])).toBe(3)
  expect(median([7])).toBe(7)
})

it('marks a goal as held only if the median meets it', () => {
  const row = { name: 'a', unit: '×', atMost: 2 }
  expect(isHeld({ ...row, figures: [1, 2, 100] })).toBe(true)
  expect(isHeld({ ...row, figures: [1, 2.1, 2.2] })).toBe(false)
  expect(isHeld({ name: 'a', unit: '×', figures: [1] })).toBeUndefined()
})

it('prints median, minimum and maximum, the verdict on every goal and their count', () => {
  const rows = [
    { name: 'quick', unit: '÷ bare', figures: [1, 3, 2], atMost: 2 },
    { name: 'slow', unit: '÷ bare', figures: [250], atMost: 1.5 },
    { name: 'neither', unit: 'µs', figures: [1] },
  ]
  expect(formatTable([{ title: 'A part', rows }]).split('\n')).toEqual([
    '                   median     min     max    goal',
    'A part',
    '  quick    ÷ bare    2.00    1.00    3.00     ≤ 2    held',
    '  slow     ÷ bare     250     250     250   ≤ 1.5  missed',
    '  neither  µs        1.00    1.00    1.00',
    '1 of 2 goals held, 1 missed',
    '',
  ])
})
