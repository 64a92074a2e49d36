import type { NestExpressApplication } from '@nestjs/platform-express'
import {
  type KoyweAuthCallbackOptions,
  type KoyweWebhooks,
  koyweAuthCallback,
  koyweWebhooks,
} from '@x/koywe-express'
import { koyweAuth } from './koywe.auth'
import { koyweReceiver } from './koywe.receiver'

/**
 * Answers `POST /webhooks/koywe` and `POST /koywe/auth`, regardless of the app's global prefix, guards and pipes; all other
 * requests reach Nest.
 */
export function mountKoywe(app: NestExpressApplication): void {
  app.use(koyweWebhooks(app.get<KoyweWebhooks>(koyweReceiver)))
  app.use(koyweAuthCallback(app.get<KoyweAuthCallbackOptions>(koyweAuth)))
}
