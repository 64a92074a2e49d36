import { basename } from 'node:path'
import type { TestProject } from 'vitest/node'
import { browserTests, findChromium } from './find-chromium.js'
import { findProgram } from './find-program.js'
import { installHint, type Program } from './install-hint.js'
import { startEngines } from './start-engines.js'

/** Gives a run of vitest its engines, stops them at its end, and says last what was skipped and why. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { urls, missing, stop } = await startEngines()
  project.provide('engines', urls)
  // The tests of an example stand alone, so they read what the example reads.
  if (urls.postgres) process.env.DATABASE_URL = urls.postgres
  const programs: readonly (readonly [Program, string | undefined])[] = [
    ['Chromium', findChromium()],
    ['OpenSSL', findProgram('openssl')],
    ['Prometheus', findProgram('promtool')],
  ]
  const others = programs.flatMap(([name, path]) => (path === undefined ? [name] : []))
  return async () => {
    await stop()
    const modules = project.vitest.state.getTestModules()
    const skipped = modules
      .flatMap((module) => [...module.children.allTests('skipped')])
      .map(({ module, fullName }) => `  ${module.relativeModuleId}: ${fullName}`)
    const ofPage = modules.some(({ relativeModuleId }) =>
      relativeModuleId.includes('cli/test/page/'),
    )
    if (ofPage && project.config.exclude.includes(browserTests)) {
      skipped.push(`  packages/cli/test/page/${basename(browserTests)}, which need a browser`)
    }
    if (skipped.length === 0) return
    console.log(
      `\nSkipped:\n${[...skipped, installHint([...missing, ...others])].filter(Boolean).join('\n')}\n`,
    )
  }
}
