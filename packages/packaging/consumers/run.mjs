// Runs the exchange of one consumer, as a CommonJS or an ES module, and prints what came of it.
import { createRequire } from 'node:module'

const [name, format] = process.argv.slice(2)
const load = format === 'cjs' ? createRequire(import.meta.url) : (file) => import(file)
const { exchange } = await load(`./exchange.${format}`)
const { start } = await load(`./${name}.${format}`)
console.log(JSON.stringify(await exchange(start)))
