import { randomInt } from 'node:crypto'
import { exitCodes, onInterrupt } from '../contract/exit.js'
import { createOutput } from '../contract/output.js'
import { secretFrom } from '../contract/secret.js'
import { receiverUrl, type TargetOptions } from '../contract/target-options.js'
import { countDeliveries, type StormShape } from './plan.js'
import { createProgress } from './progress.js'
import { seeds } from './random.js'
import { formatReport } from './report.js'
import { runStorm } from './run-storm.js'

/** The options of `koywe storm` as they are read. */
export interface StormFlags extends Omit<TargetOptions, 'url'> {
  readonly rate: number
  readonly orders: number
  /** In seconds; replaces `orders`. */
  readonly duration?: number
  readonly copies: number
  readonly disorder: number
  readonly forged: number
  readonly seed?: number
}

/** Sends a storm, prints what it found, and sets the exit code. */
export async function storm(text: string, flags: StormFlags): Promise<void> {
  const output = createOutput(flags)
  const url = receiverUrl({ ...flags, url: text })
  const secret = await secretFrom(flags.secret)
  const shape = shapeOf(flags)
  const again = commandOf(url, shape, flags)
  const total = countDeliveries(shape)
  const seconds = total / shape.rate
  const started = { url: url.href, shape, deliveries: total }
  const start = `${total} deliveries to ${url.href} in about ${seconds.toFixed(1)} s, seed ${shape.seed}`
  if (output.json) output.result({ type: 'start', ...started }, '')
  else output.note(start)

  const interrupt = new AbortController()
  onInterrupt(() => interrupt.abort())
  const progress = await createProgress(total, !output.json)
  const { signal } = interrupt
  const { timeout: timeoutMs } = flags
  const options = { url, secret, shape, timeoutMs, signal, onAnswer: progress.update }
  const report = await runStorm(options).finally(progress.stop)
  const { wrong, ...found } = report
  if (output.json) {
    for (const one of wrong) output.result({ type: 'wrong', ...one }, '')
  }
  const result = { type: 'report', ...started, ...found, wrong: wrong.length, again }
  output.result(result, formatReport(report, again))
  if (wrong.length > 0) process.exitCode = exitCodes.wrong
  if (report.interrupted) process.exitCode = exitCodes.interrupted
}

function shapeOf({
  rate,
  orders,
  duration,
  copies,
  disorder,
  forged,
  seed,
}: StormFlags): StormShape {
  return {
    seed: seed ?? randomInt(seeds),
    rate,
    until: duration === undefined ? { orders } : { seconds: duration },
    copies,
    disorder,
    forged,
  }
}

/** The command that repeats a storm, whatever the defaults are by then. */
function commandOf(url: URL, shape: StormShape, { iOwnThisServer }: StormFlags): string {
  const { seed, rate, until, copies, disorder, forged } = shape
  const end = 'orders' in until ? `--orders ${until.orders}` : `--duration ${until.seconds}`
  const parts = `--rate ${rate} ${end} --copies ${copies} --disorder ${disorder} --forged ${forged} --seed ${seed}`
  return `koywe storm ${url.href} ${parts}${iOwnThisServer ? ' --i-own-this-server' : ''}`
}
