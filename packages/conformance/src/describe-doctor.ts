import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bearer } from '@x/koywe-core'
import { environment } from '@x/koywe-testkit/environment'
import { run } from '@x/koywe-testkit/run'
import { describe, expect, it } from 'vitest'
import type { Mount } from './mount.js'

const secret = 'conformance-secret'
const token = 'conformance-token'

const program = join(import.meta.dirname, '../../cli/dist/main.js')

/** Runs the built `koywe doctor` at every mount: it must find nothing to mend. */
export function describeDoctor(mounts: readonly Mount[]): void {
  describe('koywe doctor', () => {
    it.concurrent.each(mounts)('passes every check: $name', async (mount) => {
      const server = await mount.startWebhooks([secret], { logger: false })
      const callback = await mount.startAuthCallback({
        auth: bearer(token),
        isAllowed: () => false,
        logger: false,
      })
      try {
        const url = `http://127.0.0.1:${server.port}${mount.pathOf('/webhooks/koywe')}`
        const authUrl = `http://127.0.0.1:${callback.port}${mount.pathOf('/koywe/auth')}`
        expect(await findings(['doctor', '--json', url, '--auth-url', authUrl])).toEqual({
          code: 0,
          stderr: '',
          wrong: [],
        })
      } finally {
        await callback.close()
        await server.close()
      }
    })
  })
}

async function findings(args: readonly string[]) {
  const env = { ...environment(), KOYWE_WEBHOOK_SECRET: secret, KOYWE_CALLBACK_TOKEN: token }
  const command = [process.execPath, program, ...args] as const
  const { code, stdout, stderr } = await run({ command, folder: tmpdir(), env }, 60_000)
  const { checks }: { checks: { status: string }[] } = JSON.parse(stdout || '{"checks":[]}')
  return { code, stderr, wrong: checks.filter(({ status }) => status !== 'pass') }
}
