import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import {
  type Delivery,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  type KoyweDeliveryContext,
  type KoyweWebhooksOptions,
  koyweChannels,
  type Secrets,
} from '@x/koywe-core'
import { limit } from './bounds.js'
import { type Expected, judge, type Witnessed } from './judge.js'
import { rotation } from './signature.js'

/** What both APIs' receivers have in common. */
interface Receiver extends HttpHandler {
  onAny(listener: (event: unknown, delivery: Delivery) => void): unknown
}

type Create = (secrets: Secrets, options: KoyweWebhooksOptions) => Receiver

/** Receivers of one API, one for each step of a rotation. */
export interface Receivers {
  /**
   * Hands one request to a receiver and judges what comes of it. Returns the status.
   *
   * @param step The step of the rotation.
   * @param isWatched Whether somebody subscribes to the channels, so that every refusal is explained.
   * @param expect What is promised, given the answer.
   * @throws {Error} that names the promise that was broken.
   */
  try(
    step: number,
    isWatched: boolean,
    request: HttpRequest,
    expect: (secrets: readonly string[], answer: HttpResponse) => Expected,
  ): Promise<number>
}

/** Creates the receivers of one API, with a listener and without a log. */
export function createReceivers(create: Create, timeoutMs?: number): Receivers {
  const heard: Witnessed['heard'][number][] = []
  const reasons: string[] = []
  const receivers = rotation.map((secrets) => {
    const settings = { dedupe: false, logger: false, limit } as const
    const receiver = create(secrets, { ...settings, ...(timeoutMs !== undefined && { timeoutMs }) })
    receiver.onAny((event, { signedText, id, secretIndex }) =>
      heard.push({ event, signedText, id, secretIndex }),
    )
    return { secrets, receiver }
  })
  function watch(message: unknown): void {
    const { reason } = message as KoyweDeliveryContext // documented of this channel
    if (reason !== undefined) reasons.push(reason)
  }

  return {
    async try(step, isWatched, request, expect) {
      const { secrets, receiver } = receivers[step] ?? fail(step)
      heard.length = 0
      reasons.length = 0
      if (isWatched) subscribe(ended, watch)
      try {
        const answer = await receiver.handle(request)
        judge(answer, { heard, reasons }, expect(secrets, answer))
        return answer.status
      } finally {
        if (isWatched) unsubscribe(ended, watch)
      }
    },
  }
}

const ended = `tracing:${koyweChannels.delivery}:asyncEnd`

function fail(step: number): never {
  throw new RangeError(`A rotation has no step ${step}`)
}
