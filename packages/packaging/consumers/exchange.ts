import { deliver, exampleEvents } from '@x/koywe-core/testing'

/** A server that is listening, and what its listener has been told. */
export interface Started {
  readonly port: number
  readonly delivered: readonly string[]
  close(): Promise<unknown>
}

/** Starts a server, sends it one signed webhook over HTTP and tells what came of it. */
export async function exchange(start: (secret: string) => Promise<Started>) {
  const secret = 'a secret of the consumer'
  const event = exampleEvents.crypto_delivered
  const { port, delivered, close } = await start(secret)
  try {
    const { status, body } = await deliver(`http://127.0.0.1:${port}`, event, { secret })
    const heard = delivered.length === 1 && delivered[0] === event.orderId
    return { status, body: JSON.stringify(body), heard }
  } finally {
    await close()
  }
}
