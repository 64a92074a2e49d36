import { expect, it } from 'vitest'
import { sendOnTime } from '../../src/storm/on-time.js'

it('sends nothing early, and everything that is late at once with the time it was due', async () => {
  const plan = Array.from({ length: 60 }, (_, index) => ({ index, atMs: index * 3 }))
  const sent: { index: number; dueAt: number; at: number }[] = []
  await sendOnTime(
    plan,
    ({ index }, dueAt) => {
      sent.push({ index, dueAt, at: performance.now() })
      // The loop stands still, as under load.
      if (index === 10) while (performance.now() < dueAt + 60) {}
    },
    new AbortController().signal,
  )
  expect(sent.map(({ index }) => index)).toEqual(plan.map(({ index }) => index))
  const [first] = sent
  for (const { index, dueAt, at } of sent) {
    expect(at).toBeGreaterThanOrEqual(dueAt)
    expect(dueAt - (first?.dueAt ?? 0)).toBeCloseTo(index * 3, 6)
  }
})

it('ends when it is aborted', async () => {
  const abort = new AbortController()
  const sent: number[] = []
  const plan = [{ atMs: 0 }, { atMs: 1 }, { atMs: 3_600_000 }]
  const sending = sendOnTime(plan, ({ atMs }) => sent.push(atMs), abort.signal)
  setTimeout(() => abort.abort(), 50)
  await sending
  expect(sent).toEqual([0, 1])
})
