import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import {
  type KoyweAuthCallbackOptions,
  type KoyweWebhooks,
  koyweAuthCallback,
  koyweWebhooks,
} from '@x/koywe-fastify'
import { koyweAuth } from './koywe.auth'
import { koyweReceiver } from './koywe.receiver'

/**
 * Answers `POST /webhooks/koywe` and `POST /koywe/auth`, regardless of the app's global prefix, guards and pipes. Other routes
 * and parsers are left alone.
 */
export async function mountKoywe(app: NestFastifyApplication): Promise<void> {
  await app.register(koyweWebhooks, { webhooks: app.get<KoyweWebhooks>(koyweReceiver) })
  await app.register(koyweAuthCallback, app.get<KoyweAuthCallbackOptions>(koyweAuth))
}
