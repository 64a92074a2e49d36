import { Injectable } from '@nestjs/common'

/** What happened to an order, and when the webhook arrived. */
export interface OrderStatus {
  readonly orderId: string
  readonly status: string
  readonly at: Date
}

@Injectable()
export class OrdersService {
  // Stand-in for a database table with one row per event, keyed on `delivery.id`: an event that is delivered twice
  // is still one row, and a late event overwrites no other.
  private readonly rows = new Map<string, OrderStatus>()

  async record(deliveryId: string, row: OrderStatus): Promise<void> {
    this.rows.set(deliveryId, row)
  }

  historyOf(orderId: string): OrderStatus[] {
    return [...this.rows.values()].filter((row) => row.orderId === orderId)
  }
}
