import { Injectable } from '@nestjs/common'

/** What happened to an order, and when we were told. */
export interface OrderStatus {
  readonly orderId: string
  readonly status: string
  readonly at: Date
}

@Injectable()
export class OrdersService {
  // Stands for a table of your database: one row for each event. With `delivery.id` as its key, an event that is
  // delivered twice is one row, and an event that comes late overwrites no other.
  private readonly rows = new Map<string, OrderStatus>()

  async record(deliveryId: string, row: OrderStatus): Promise<void> {
    this.rows.set(deliveryId, row)
  }

  historyOf(orderId: string): OrderStatus[] {
    return [...this.rows.values()].filter((row) => row.orderId === orderId)
  }
}
