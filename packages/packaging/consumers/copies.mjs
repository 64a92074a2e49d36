// Loads the ES module and the CommonJS copy of every package named on the command line, all in this one process.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const names = process.argv.slice(2)
const copies = await Promise.all(
  names.flatMap(async (name) => [await import(name), require(name)]),
).then((pairs) => pairs.flat())

const errors = copies.map(({ KoyweError }) => new KoyweError('timeout', 'Too late.'))
const result = {
  classes: new Set(copies.map(({ KoyweError }) => KoyweError)).size,
  known: copies.every(({ KoyweError }) => errors.every(KoyweError.is)),
  strangers: copies.some(({ KoyweError }) => KoyweError.is(new Error('Not ours.'))),
}
console.log(JSON.stringify(result))
