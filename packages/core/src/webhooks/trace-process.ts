import { processContext } from '../http/channel-contexts.js'
import { processChannel } from '../http/channels.js'
import type { ReceivedDelivery } from './delivery.js'
import type { EmitterParts } from './emitter.js'

/** Runs the listeners inside `koywe:process`, which fails with what they threw. Gives their errors, as `emit` does. */
export async function traceProcess<Event>(
  delivery: ReceivedDelivery<Event>,
  emit: EmitterParts<Event>['emit'],
): Promise<readonly unknown[]> {
  let failures: readonly unknown[] | undefined
  try {
    await processChannel.tracePromise(async () => {
      failures = await emit(delivery.event, delivery)
      if (failures.length === 1) throw failures[0]
      if (failures.length > 1) throw new AggregateError(failures, 'Several listeners failed.')
    }, processContext(delivery.known()))
  } catch (error) {
    // Without failures it is a subscriber's store that kept the listeners from running.
    failures ??= [error]
  }
  return failures ?? [new Error('A store bound to `koywe:process` did not run the listeners.')]
}
