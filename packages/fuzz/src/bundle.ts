import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { createInstrumenter } from 'istanbul-lib-instrument'
import { rolldown } from 'rolldown'
import type { Target } from './targets.js'

const here = import.meta.dirname
const core = realpathSync(join(here, '../node_modules/@x/koywe-core/dist/esm'))

/** A text of the built core, and what to put in its place. */
export type Fault = readonly [text: string, wrong: string]

/**
 * Bundles the loop and a target with the built core, whose branches count how often they are taken. Returns the program.
 *
 * @throws {Error} when the core does not contain the text of the fault.
 */
export async function bundle(target: Target, folder: string, fault?: Fault): Promise<string> {
  let planted = fault === undefined
  const bundler = await rolldown({
    input: join(here, 'worker.ts'),
    platform: 'node',
    tsconfig: false,
    plugins: [
      {
        name: 'target',
        resolveId: (id) => (id === 'target' ? join(here, `${target}.ts`) : null),
      },
      {
        name: 'count',
        transform(code, id) {
          if (!id.startsWith(core)) return null
          const instrumenter = createInstrumenter({ esModules: true, compact: false })
          const source = fault ? code.replace(...fault) : code
          planted ||= source !== code
          return { code: instrumenter.instrumentSync(source, id) }
        },
      },
    ],
  })
  const file = join(folder, `${target}.mjs`)
  await bundler.write({ file, format: 'esm' })
  if (!planted) throw new Error(`The core does not contain: ${fault?.[0]}`)
  return file
}
