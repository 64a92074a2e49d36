import { Controller, Get, Param } from '@nestjs/common'
import { type OrderStatus, OrdersService } from './orders.service'

@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Get(':id')
  history(@Param('id') id: string): OrderStatus[] {
    return this.orders.historyOf(id)
  }
}
