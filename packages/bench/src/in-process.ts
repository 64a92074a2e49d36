import { setImmediate as turn } from 'node:timers/promises'
import {
  bareHmac,
  type Contestant,
  createContestants,
  receiver,
  receiverWithMemory,
  receiverWithSpans,
  receiverWithSubscriber,
} from './contestants.js'
import { interleave } from './interleave.js'
import type { Row, Section } from './table.js'

const goals: Readonly<Record<string, number>> = { [receiver]: 2.5, [receiverWithMemory]: 3.8 }

/** CPU time from the bytes of a delivery to its verified event and the answer, compared with a bare HMAC. */
export async function measureInProcess(quick: boolean): Promise<Section> {
  const contestants = createContestants()
  const subjects: Subject[] = [
    ...contestants.map((contestant) => ({ name: contestant.name, contestant, forged: false })),
    ...contestants
      .filter(({ acceptsAll }) => !acceptsAll)
      .map((contestant) => ({ name: refused(contestant.name), contestant, forged: true })),
  ]
  const rounds = { warmUp: quick ? 3 : 5, measured: quick ? 11 : 40 }
  const samples = await interleave(subjects, rounds, measure)

  const rows = subjects.map(({ name }): Row => {
    const goal = goals[name]
    if (name === bareHmac) return { name, unit: 'µs', figures: samples.of(name) }
    const figures = samples.ratios(name, bareHmac)
    return { name, unit: '÷ bare HMAC', figures, ...(goal && { atMost: goal }) }
  })
  const refusals = [receiver, receiverWithMemory].map((name) => ({
    name: refused(name),
    unit: '÷ its acceptance',
    figures: samples.ratios(refused(name), name),
    atMost: 1,
  }))
  const observed = [receiverWithSubscriber, receiverWithSpans].map((name) => ({
    name,
    unit: '÷ without it',
    figures: samples.ratios(name, receiverWithMemory),
  }))
  return {
    title: 'In process: bytes to verified event to answer, CPU time',
    rows: [...rows, ...refusals, ...observed],
  }
}

function refused(name: string): string {
  return `${name}: a refusal`
}

interface Subject {
  readonly name: string
  readonly contestant: Contestant
  readonly forged: boolean
}

let nextIndex = 0

/** Microseconds of CPU time per delivery, including garbage collection. */
async function measure({ contestant, forged }: Subject): Promise<number> {
  // A bare HMAC is so short that the clock would be too coarse, so it is repeated more often.
  const count = contestant.acceptsAll ? 6000 : 2000

  const jobs = Array.from({ length: count }, () => contestant.prepare(nextIndex++, forged))
  await turn()
  // Every contestant pays for its own garbage. The first collection clears what earlier ones left; the second moves the jobs
  // out of the young generation, so that no collection copies them during the measurement.
  globalThis.gc?.({ type: 'minor' })
  globalThis.gc?.({ type: 'minor' })

  let accepted = 0
  const end = contestant.observe?.()
  const start = process.cpuUsage()
  for (const job of jobs) {
    const result = job()
    if (typeof result === 'boolean' ? result : await result) accepted++
  }
  const { user, system } = process.cpuUsage(start)
  end?.()

  if (accepted !== (forged ? 0 : count)) {
    throw new Error(`${contestant.name} accepted ${accepted} of ${count} deliveries`)
  }
  return (user + system) / count
}
