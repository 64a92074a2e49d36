import { send } from '@x/koywe-testkit/wire'
import { describe, expect, it } from 'vitest'
import { expectAnswer } from './answer.js'
import { payload, post, secrets, signed } from './deliveries.js'
import type { Mount } from './mount.js'

/** What only the ramp API has: it signs values, of which there are several texts. */
export function describeWebhooks(mounts: readonly Mount[]): void {
  for (const mount of mounts) {
    describe.concurrent(mount.name, () => {
      it('webhooks: hands over exactly what was signed when several texts share a signature', async () => {
        const { webhooks, port, close } = await mount.startWebhooks(secrets, { logger: false })
        const heard: unknown[] = []
        webhooks.onAny((event) => heard.push(event))
        try {
          const value = payload({ amount: null, zero: 0 })
          const body = signed(value).replace('null', '1e999').replace('"zero":0', '"zero":-0')
          const response = await send(port, {
            path: mount.pathOf('/webhooks/koywe'),
            ...post(body),
          })
          expectAnswer(response, { status: 200, body: '{"received":true}' })
          expect(heard).toStrictEqual([value])
        } finally {
          await close()
        }
      })
    })
  }
}
