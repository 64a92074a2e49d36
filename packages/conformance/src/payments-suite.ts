import { send, type WireResponse } from '@x/koywe-testkit/wire'
import { describe, expect, it } from 'vitest'
import { expectAnswer } from './answer.js'
import { keepsEnough } from './apis.js'
import { payload, post, type Request, secrets, signed } from './deliveries.js'
import type { Mount } from './mount.js'
import { orderEvent, signedPost } from './payments-deliveries.js'

/** What the log advises on each framework where a parser has not kept the bytes. */
const cures: readonly (readonly [string, RegExp])[] = [
  ['express', /express\.json\(\{ verify:.*NestFactory\.create\(AppModule, \{ rawBody: true \}\)/],
  ['koa', /above app\.use\(bodyParser\(\)\).*`ctx\.request\.rawBody`/],
  ['fastify', /This plugin reads the bytes itself.*`request\.rawBody`/],
]

/** What only the Payments API has: it signs bytes, beside the ramp API in one application. */
export function describePayments(mounts: readonly Mount[]): void {
  for (const mount of mounts) {
    describe.concurrent(mount.name, () => {
      it('receives the webhooks of both APIs in one application, and tells them apart', () =>
        playBothAt(mount))
    })
  }
}

async function playBothAt(mount: Mount): Promise<void> {
  const log: string[] = []
  const logger = {
    warn: (message: string) => log.push(message),
    error: (_error: unknown, message: string) => log.push(message),
  }
  const { port, close, ...both } = await mount.startPayments(secrets, { logger })
  const heard: string[] = []
  both.webhooks.onAny(({ eventName }) => heard.push(eventName))
  both.payments.onAny(({ type }) => heard.push(type))
  const play = (path: string, request: Request): Promise<WireResponse> =>
    send(port, { path, ...request })
  const rampPath = '/webhooks/koywe'
  const paymentsPath = mount.pathOf('/webhooks/koywe-payments')
  const isGenuine = keepsEnough(mount, 'text')
  const ofRamp = post(signed(payload()))
  const ofPayments = signedPost(JSON.stringify(orderEvent()))
  try {
    expectAnswer(await play(rampPath, ofRamp), { status: 200, body: '{"received":true}' })
    expectAnswer(
      await play(paymentsPath, ofPayments),
      isGenuine
        ? { status: 200, body: '{"received":true}' }
        : { status: 500, body: '{"error":"body_consumed"}' },
    )
    expectAnswer(await play(rampPath, ofPayments), {
      status: 400,
      body: '{"error":"payments_webhook"}',
    })
    expectAnswer(await play(paymentsPath, ofRamp), {
      status: 400,
      body: '{"error":"ramp_webhook"}',
    })
    expect(heard).toEqual(isGenuine ? ['crypto_delivered', 'order.paid'] : ['crypto_delivered'])
    const line = (code: string) => log.find((logged) => logged.includes(code))
    expect(line('payments_webhook')).toContain('koywePayments')
    expect(line('ramp_webhook')).toMatch(/koyweWebhooks.*Your secret made/)
    if (isGenuine) {
      expect(line('payments_webhook')).toContain('Your secret made')
    } else {
      const [, cure] = cures.find(([name]) => mount.framework.startsWith(name)) ?? []
      expect(line('body_consumed')).toMatch(cure ?? expect.fail(mount.framework))
    }
  } finally {
    await close()
  }
}
