// Loads the ES module and the CommonJS copy of every package named on the command line, all in this one process.
import { subscribe } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const names = process.argv.slice(2)
const copies = await Promise.all(
  names.flatMap(async (name) => [await import(name), require(name)]),
).then((pairs) => pairs.flat())

const errors = copies.map(({ KoyweError }) => new KoyweError('timeout', 'Too late.'))

// A copy that publishes to channels of its own would not be heard here.
const codes = []
const core = '@x/koywe-core'
const { koyweChannels } = await import(core)
subscribe(`tracing:${koyweChannels.delivery}:asyncEnd`, ({ code }) => codes.push(code))
for (const { createKoyweWebhooks } of [await import(core), require(core)]) {
  const request = { method: 'POST', url: '/', headers: {}, rawHeaders: [] }
  const body = async () => ({ text: '{}' })
  await createKoyweWebhooks('a secret', { logger: false }).handle({ ...request, body })
}

const result = {
  codes,
  classes: new Set(copies.map(({ KoyweError }) => KoyweError)).size,
  known: copies.every(({ KoyweError }) => errors.every(KoyweError.is)),
  strangers: copies.some(({ KoyweError }) => KoyweError.is(new Error('Not ours.'))),
}
console.log(JSON.stringify(result))
