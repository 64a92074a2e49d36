// Run with --expose-gc: handles as many events as its argument says and reports the live heap after every thousand.
import { setImmediate as turn } from 'node:timers/promises'
import { createKoyweWebhooks, createMemoryDedupeStore } from '@x/koywe-core'
import { secret, takeDeliveries } from './deliveries.js'
import { requestOf } from './request-of.js'

const { gc } = globalThis
if (gc === undefined) throw new Error('Start this with --expose-gc.')

// The store remembers one to two thousand events. So it is full before the first sample, and in the same state at each one:
// a thousand events are one of its generations.
const step = 1000
const dedupe = createMemoryDedupeStore({ maxEntries: step })
const webhooks = createKoyweWebhooks(secret, { dedupe, logger: false })
webhooks.on('crypto_delivered', () => {})

const events = Number(process.argv[2])
const samples: number[] = []
for (let done = -10 * step; done < events; done += step) {
  for (const bytes of takeDeliveries(step)) {
    const { status } = await webhooks.handle(requestOf(bytes))
    if (status !== 200) throw new Error(`a delivery was answered ${status}`)
  }
  await turn()
  gc()
  if (done >= 0) samples.push(process.memoryUsage().heapUsed)
}
process.send?.(samples)
process.disconnect()
