import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { median, type Section } from './table.js'

const file = fileURLToPath(new URL('./memory-process.js', import.meta.url))

/** The live heap over many distinct events with a full memory store. */
export async function measureMemory(quick: boolean): Promise<Section> {
  const events = quick ? 50_000 : 200_000
  const child = fork(file, [`${events}`], { execArgv: ['--expose-gc'] })
  const [samples] = (await Promise.race([once(child, 'message'), failure(child)])) as [number[]]
  const tenth = samples.length / 10
  const first = samples.slice(0, tenth)
  const last = samples.slice(-tenth)
  const base = median(first)
  return {
    title: `Memory: live heap over ${events} distinct events, memory store full`,
    rows: [
      { name: 'first tenth', unit: 'MB', figures: first.map((bytes) => bytes / 1e6) },
      { name: 'last tenth', unit: 'MB', figures: last.map((bytes) => bytes / 1e6) },
      {
        name: 'last tenth',
        unit: '÷ first tenth',
        figures: last.map((bytes) => bytes / base),
        atMost: 1.02,
      },
    ],
  }
}

async function failure(child: ReturnType<typeof fork>): Promise<never> {
  const [code] = await once(child, 'exit')
  throw new Error(`the memory process ended with code ${code}`)
}
