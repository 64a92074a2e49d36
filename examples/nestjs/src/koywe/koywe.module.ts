import { Logger, Module } from '@nestjs/common'
import { createKoyweWebhooks } from '@x/koywe-core'
import { OrdersModule } from '../orders/orders.module'
import { KoyweListeners } from './koywe.listeners'
import { koyweReceiver } from './koywe.receiver'

const log = new Logger('Koywe')

@Module({
  imports: [OrdersModule],
  providers: [
    KoyweListeners,
    {
      provide: koyweReceiver,
      useFactory: () =>
        createKoyweWebhooks(process.env.KOYWE_WEBHOOK_SECRET ?? '', {
          logger: {
            warn: (message) => log.warn(message),
            error: (error, message) => log.error(message, error),
          },
        }),
    },
  ],
})
export class KoyweModule {}
