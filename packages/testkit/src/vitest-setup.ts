import type { TestProject } from 'vitest/node'
import { startEngines } from './start-engines.js'

/** Gives a run of vitest its engines, stops them at its end, and says last what was skipped and why. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { urls, missing, stop } = await startEngines()
  project.provide('engines', urls)
  // The tests of an example stand alone, so they read what the example reads.
  if (urls.postgres) process.env.DATABASE_URL = urls.postgres
  return async () => {
    await stop()
    const skipped = project.vitest.state
      .getTestModules()
      .flatMap((module) => [...module.children.allTests('skipped')])
    if (skipped.length === 0) return
    const names = skipped.map(({ module, fullName }) => `  ${module.relativeModuleId}: ${fullName}`)
    console.log(`\nSkipped:\n${names.join('\n')}${missing ? `\n${missing}` : ''}\n`)
  }
}
