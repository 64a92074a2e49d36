import { isFinal, koyweEventNames, koywePaymentsEventTypes, orderStateOf } from '@x/koywe-core'
import { type ExitCode, exitCodes } from '../contract/exit.js'
import { createOutput, paint } from '../contract/output.js'

/** The options of `koywe events`. */
export interface EventsOptions {
  readonly json?: boolean
  readonly payments?: boolean
}

/** Prints the events that Koywe is known to send, and returns the exit code. */
export function events(options: EventsOptions): ExitCode {
  const output = createOutput(options)
  if (options.payments) {
    if (!output.json) output.result({}, paint('bold', 'type'))
    for (const type of koywePaymentsEventTypes) output.result({ type }, type)
    return exitCodes.ok
  }
  const width = Math.max(...koyweEventNames.map((name) => name.length)) + 2
  if (!output.json)
    output.result({}, paint('bold', `${'event'.padEnd(width)}state of the order afterwards`))
  for (const eventName of koyweEventNames) {
    const orderState = orderStateOf(eventName)
    const final = orderState !== undefined && isFinal(orderState)
    const state = `${orderState ?? 'not stated by Koywe'}${final ? ', final' : ''}`
    output.result(
      { eventName, orderState: orderState ?? null, final },
      `${eventName.padEnd(width)}${state}`,
    )
  }
  return exitCodes.ok
}
