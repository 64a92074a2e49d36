import { Logger, Module } from '@nestjs/common'
import {
  bearer,
  createKoyweWebhooks,
  type KoyweAuthCallbackOptions,
  type KoyweWebhooks,
} from '@x/koywe-core'
import { OrdersModule } from '../orders/orders.module'
import { UsersModule } from '../users/users.module'
import { UsersService } from '../users/users.service'
import { koyweAuth } from './koywe.auth'
import { KoyweListeners } from './koywe.listeners'
import { koyweReceiver } from './koywe.receiver'

const log = new Logger('Koywe')
const logger = {
  warn: (message: string) => log.warn(message),
  error: (error: unknown, message: string) => log.error(message, error),
}

@Module({
  imports: [OrdersModule, UsersModule],
  providers: [
    KoyweListeners,
    {
      provide: koyweReceiver,
      useFactory: (): KoyweWebhooks =>
        createKoyweWebhooks(process.env.KOYWE_WEBHOOK_SECRET ?? '', { logger }),
    },
    {
      provide: koyweAuth,
      inject: [UsersService],
      useFactory: (users: UsersService): KoyweAuthCallbackOptions => ({
        auth: bearer(process.env.KOYWE_CALLBACK_TOKEN ?? ''),
        isAllowed: ({ email }) => users.mayOperate(email), // only a literal true is a yes
        logger,
      }),
    },
  ],
})
export class KoyweModule {}
