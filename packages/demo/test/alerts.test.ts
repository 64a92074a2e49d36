import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describeWithServer } from '@x/koywe-testkit/describe-with-server'
import { findProgram } from '@x/koywe-testkit/find-program'
import { expect, it } from 'vitest'
import { root } from '../src/pages/find-pages.js'

const run = promisify(execFile)
const cwd = join(root, 'examples/observability')

describeWithServer('the alerts, by promtool', findProgram('promtool'), (promtool) => {
  it('are rules that Prometheus takes', async () => {
    const { stdout } = await run(promtool, ['check', 'rules', 'alerts.yml'], { cwd })
    expect(stdout).toContain('SUCCESS: 3 rules found')
  })

  it('fire when genuine webhooks are refused, none is accepted or nothing is measured, and otherwise do not', async () => {
    const { stdout } = await run(promtool, ['test', 'rules', 'test/alerts.test.yml'], { cwd })
    expect(stdout).toContain('SUCCESS')
  })
})
