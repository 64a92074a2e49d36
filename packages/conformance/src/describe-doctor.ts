import { bearer } from '@x/koywe-core'
import { describe, expect, it } from 'vitest'
// biome-ignore lint/style/noRestrictedImports: a dependency would be a circle, as the command is tested with the adapters.
import { examination } from '../../cli/src/doctor/doctor.js'
import type { Mount } from './mount.js'

const secret = 'conformance-secret'
const token = 'conformance-token'

/** Examines every mount as `koywe doctor` does: it must find nothing to mend. The command itself is tested where it is built. */
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
        const options = { secret, authUrl, bearer: token, timeout: 30_000 }
        const { checks } = await examination(url, options)
        expect(checks.filter(({ status }) => status !== 'pass')).toEqual([])
        expect(checks.length).toBeGreaterThan(45)
      } finally {
        await callback.close()
        await server.close()
      }
    })
  })
}
