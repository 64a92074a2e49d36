import { deliver, exampleEvents, examplePaymentsEvents } from '@x/koywe-core/testing'

/** A server that is listening, and the orders that its listeners have been told of: one by each API. */
export interface Started {
  readonly port: number
  readonly delivered: readonly string[]
  close(): Promise<unknown>
}

/** Starts a server, sends it one signed webhook of each API over HTTP and tells what came of it. */
export async function exchange(start: (secret: string) => Promise<Started>) {
  const secret = 'a secret of the consumer'
  const ramp = exampleEvents.crypto_delivered
  const payments = examplePaymentsEvents['order.paid']
  const { port, delivered, close } = await start(secret)
  try {
    const url = `http://127.0.0.1:${port}`
    const answers = [await deliver(url, ramp, { secret }), await deliver(url, payments, { secret })]
    const heard = delivered.join() === [ramp.orderId, payments.relationships?.self?.id].join()
    return { answers: answers.map(({ status, body }) => ({ status, body })), heard }
  } finally {
    await close()
  }
}
