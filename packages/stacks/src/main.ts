// pnpm test:stacks [--sample] [words of a family or a name]
import { availableParallelism } from 'node:os'
import { installOurs, installStack } from './install.js'
import { faultsOf, formatRow, isBroken, type Row } from './matrix.js'
import { runStack } from './run-stack.js'
import { type Stack, stacks } from './stacks.js'

const [sample, words] = [
  process.argv.includes('--sample'),
  process.argv.slice(2).filter((argument) => !argument.startsWith('-')),
]
const chosen = stacks.filter(
  (stack) =>
    (!sample || stack.sample) &&
    words.every((word) => `${stack.family} ${stack.name}`.toLowerCase().includes(word)),
)

await installOurs()
const needed = chosen.flatMap(({ install, agent }) => (agent ? [install, agent] : [install]))
await inParallel([...new Set(needed)], installStack)

// Each result is printed once all before it are.
const done = new Map<Stack, readonly Row[]>()
let printed = 0
await inParallel(chosen, async (stack) => {
  done.set(stack, await rowsOf(stack))
  for (;;) {
    const next = chosen[printed]
    const rows = next && done.get(next)
    if (!rows) break
    for (const row of rows) console.log(formatRow(row))
    printed += 1
  }
})
const rows = [...done.values()].flat()
const failed = rows.filter((row) => isBroken(row) || faultsOf(row).length > 0)
console.log(`${rows.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length > 0 || rows.length === 0 ? 1 : 0

/** One row for each form of requests to the stack. */
async function rowsOf(stack: Stack): Promise<readonly Row[]> {
  const ours = await runStack(stack, 'koywe')
  const control = await runStack(stack, 'control')
  return (stack.events ?? [undefined]).map((form, index) => ({
    family: stack.family,
    name: form ? `${stack.name} · ${form.source}${form.base64 ? ', base64' : ''}` : stack.name,
    ours: ours[index] ?? [],
    control: control[index] ?? [],
  }))
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>) {
  const waiting = [...items]
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
}
