import { parentPort, workerData } from 'node:worker_threads'
import { fuzz } from 'target'
import { createCoverage } from './coverage.js'
import { mutate, randomBytes } from './mutate.js'
import { createRandom } from './random.js'

/** What a worker is told. */
export interface WorkerSettings {
  readonly seed: number
  readonly until: number
  /** One input to repeat, instead of looking for others. */
  readonly input?: Uint8Array
  /** Where each input is left before it is tried: its length in four bytes, then the input. */
  readonly current: SharedArrayBuffer
}

/** What a worker says now and then. */
export interface Progress {
  readonly executions: number
  readonly inputs: number
  /** How often each status was the answer. */
  readonly statuses: Readonly<Record<string, number>>
  readonly reached: number
  readonly all: number
  readonly isEnd: boolean
}

const reportsEveryMs = 1000
const { seed, until, input, current } = workerData as WorkerSettings // from run-target.ts
const length = new Uint32Array(current, 0, 1)
const place = new Uint8Array(current, 4)

async function attempt(data: Buffer): Promise<number> {
  length[0] = data.length
  place.set(data)
  return fuzz(data)
}

async function explore(): Promise<void> {
  const random = createRandom(seed)
  const coverage = createCoverage()
  const corpus = Array.from({ length: 64 }, (_, index) => randomBytes(index, random))
  const queue = [...corpus]
  const statuses: Record<string, number> = {}
  let executions = 0
  let reported = 0
  const some = (): Buffer => corpus[random(corpus.length)] ?? Buffer.alloc(0)

  function report(isEnd: boolean): void {
    const progress: Progress = {
      executions,
      inputs: corpus.length,
      statuses,
      ...coverage.total(),
      isEnd,
    }
    parentPort?.postMessage(progress)
  }
  for (let now = Date.now(); now < until; now = Date.now()) {
    const queued = queue.pop()
    const data = queued ?? mutate(some(), some(), random)
    const status = await attempt(data)
    statuses[status] = (statuses[status] ?? 0) + 1
    executions++
    if (coverage.isNew() && !queued) corpus.push(data)
    if (now - reported < reportsEveryMs) continue
    reported = now
    report(false)
  }
  report(true)
}

if (input) await attempt(Buffer.from(input))
else await explore()
