import { expect, it } from 'vitest'
import { interleave } from '../src/interleave.js'

const subjects = [
  { name: 'base', factor: 1 },
  { name: 'twice', factor: 2 },
]

it('measures every subject once per round, drops warm-up rounds, and divides within a round', async () => {
  const visits: string[] = []
  const samples = await interleave(subjects, { warmUp: 1, measured: 3 }, async (subject) => {
    visits.push(subject.name)
    const round = Math.ceil(visits.length / 2)
    return round * subject.factor
  })
  for (const round of [0, 2, 4, 6]) {
    expect(visits.slice(round, round + 2).sort()).toEqual(['base', 'twice'])
  }
  expect(samples.of('twice')).toEqual([4, 6, 8])
  expect(samples.ratios('twice', 'base')).toEqual([2, 2, 2])
  expect(() => samples.of('thrice')).toThrow(TypeError)
})
