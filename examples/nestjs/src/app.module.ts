import { Module } from '@nestjs/common'
import { KoyweModule } from './koywe/koywe.module'
import { OrdersModule } from './orders/orders.module'

@Module({ imports: [KoyweModule, OrdersModule] })
export class AppModule {}
