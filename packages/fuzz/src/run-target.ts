import { Worker } from 'node:worker_threads'
import { bundle, type Fault } from './bundle.js'
import { longest } from './mutate.js'
import type { Target } from './targets.js'
import type { Progress, WorkerSettings } from './worker.js'

/** What is run. */
export interface RunOptions {
  readonly target: Target
  readonly seconds: number
  readonly seed: number
  /** One input to repeat, instead of looking for others. */
  readonly input?: Uint8Array
  /** A fault to plant in the core, which must be found. */
  readonly fault?: Fault
  /** Where the bundle goes. */
  readonly folder: string
}

/** The findings of a run. */
export interface Findings {
  readonly seconds: number
  readonly progress: Progress | undefined
  /** The broken promise and the input that broke it; `undefined` when all were kept. */
  readonly broken: { readonly error: string; readonly input: Buffer } | undefined
}

/** Longer than any time limit of a target. */
const hangsAfterMs = 15_000

/** Runs a target in a thread of its own until time is over or a promise is broken, whatever comes first. */
export async function runTarget(options: RunOptions): Promise<Findings> {
  const { target, seconds, seed, input, fault, folder } = options
  const program = await bundle(target, folder, fault)
  const current = new SharedArrayBuffer(4 + longest)
  const started = Date.now()
  const until = started + seconds * 1000
  const settings: WorkerSettings = { seed, until, current, ...(input && { input }) }
  const worker = new Worker(program, { workerData: settings })
  let progress: Progress | undefined

  const error = await new Promise<string | undefined>((resolve) => {
    const watch = (): NodeJS.Timeout =>
      setTimeout(() => resolve(`No input was done within ${hangsAfterMs} ms`), hangsAfterMs)
    let timer = watch()
    worker.on('message', (message: Progress) => {
      progress = message
      clearTimeout(timer)
      timer = watch()
    })
    worker.on('error', (thrown) => resolve(thrown.stack ?? String(thrown)))
    worker.on('exit', (code) => {
      clearTimeout(timer)
      // Node gives 13 to a program that waits for what never comes.
      const isDone = code === 0 && (input || progress?.isEnd)
      resolve(isDone ? undefined : `The thread ended before its time, with exit code ${code}`)
    })
  })
  await worker.terminate()
  const [length = 0] = new Uint32Array(current, 0, 1)
  const broken =
    error === undefined ? undefined : { error, input: Buffer.from(current.slice(4, 4 + length)) }
  return { seconds: (Date.now() - started) / 1000, progress, broken }
}
