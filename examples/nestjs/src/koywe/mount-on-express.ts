import type { NestExpressApplication } from '@nestjs/platform-express'
import type { KoyweWebhooks } from '@x/koywe-core'
import { koyweWebhooks } from '@x/koywe-express'
import { koyweReceiver } from './koywe.receiver'

/** Answers `POST /webhooks/koywe`, whatever global prefix, guards and pipes the app has; everything else goes on to Nest. */
export function mountKoywe(app: NestExpressApplication): void {
  app.use(koyweWebhooks(app.get<KoyweWebhooks>(koyweReceiver)))
}
