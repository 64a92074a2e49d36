import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common'
import type { Delivery, KoyweEvent, KoyweWebhooks } from '@x/koywe-core'
import { OrdersService } from '../orders/orders.service'
import { koyweReceiver } from './koywe.receiver'

/** Hands Koywe's events to your services. When a listener throws, the delivery fails and Koywe can retry it. */
@Injectable()
export class KoyweListeners implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(koyweReceiver) private readonly webhooks: KoyweWebhooks,
    private readonly orders: OrdersService,
  ) {}

  onModuleInit(): void {
    this.webhooks
      .on('payment_received', (event, delivery) => this.record('paid', event, delivery))
      .on('payment_expired', (event, delivery) => this.record('expired', event, delivery))
      .on('crypto_delivered', (event, delivery) => this.record('delivered', event, delivery))
      .on('crypto_tx_failed', (event, delivery) => this.record('failed', event, delivery))
      .onAny((event) => console.log(`event ${event.eventName} order ${event.orderId}`))
  }

  /** Runs after the server has closed. Waits for the last listener, so that the injected services outlive it. */
  onApplicationShutdown(): Promise<void> {
    return this.webhooks.idle()
  }

  private record(status: string, { orderId }: KoyweEvent, delivery: Delivery): Promise<void> {
    return this.orders.record(delivery.id, { orderId, status, at: delivery.receivedAt })
  }
}
