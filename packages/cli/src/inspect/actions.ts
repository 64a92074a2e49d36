import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { isKoywePaymentsEvent } from '@x/koywe-core'
import {
  badDeliveries,
  badPaymentsDeliveries,
  type DeliveryRequest,
  koyweOrder,
} from '@x/koywe-core/testing'
import type { Api } from '../contract/api.js'
import { CliError } from '../contract/exit.js'
import { lives } from '../delivery/lives.js'
import { paymentsEvent } from '../delivery/payments-event.js'
import { answeredEntry } from './answered-entry.js'
import type { Action, ActionResult, DeliveryEntry } from './entries.js'
import { objectOf } from './fields-of-body.js'
import type { History } from './history.js'
import { keptBytes } from './kept-bytes.js'
import { pickHeaders } from './kept-headers.js'
import { keptRequest } from './kept-request.js'
import { post } from './post.js'
import type { Sent } from './reported-entry.js'
import type { Sends } from './sends.js'
import { createSigner } from './signer.js'
import type { Targets } from './targets.js'

/** What actions need. */
export interface ActionParts {
  readonly history: History
  readonly sends: Sends
  readonly targets: Targets
  /** Absent where there is none; then only the same bytes can be sent again. */
  readonly secrets: Readonly<Record<Api, string | undefined>>
}

const badOnes = { ramp: badDeliveries, payments: badPaymentsDeliveries } as const

/** An answer may arrive before the report about its request. */
const reportWithinMs = 1000

/** Does what the page asks for. It sends only to the application's own servers. */
export function createActions({ history, sends, targets, secrets }: ActionParts) {
  const sign = createSigner(secrets)

  async function act(action: Action): Promise<ActionResult> {
    try {
      return { numbers: await numbersOf(action) }
    } catch (error) {
      const { code, message, hint } = error instanceof CliError ? error : unsendable(error)
      return { error: { code, message: hint === undefined ? message : `${message}. ${hint}` } }
    }
  }

  async function numbersOf(action: Action): Promise<readonly number[]> {
    switch (action.action) {
      case 'replay': {
        const entry = deliveryOf(action.number)
        const sent = { origin: 'replayed', replayOf: entry.number } as const
        return [await send(targets.again(entry.number, entry.path), again(entry, action), sent)]
      }
      case 'send': {
        const { eventName, orderId } = action
        if (isKoywePaymentsEvent({ type: eventName })) {
          const order = orderId === undefined ? {} : { order: orderId }
          const event = paymentsEvent(eventName, { ...order, field: [] })
          return [await sendNew('payments', sign.payments(JSON.stringify(event)))]
        }
        const timeStamp = new Date().toISOString()
        const event = { eventName, orderId: orderId ?? randomUUID(), timeStamp }
        return [await sendNew('ramp', sign.ramp(event))]
      }
      case 'life': {
        const life = lives.find((name) => name === action.life)
        if (life === undefined) throw refusal('unknown_life', 'there is no such life of an order')
        const numbers: number[] = []
        for (const event of koyweOrder(life)) numbers.push(await sendNew('ramp', sign.ramp(event)))
        return numbers
      }
      case 'bad': {
        const { api } = action
        const bad = badOnes[api].find(({ name }) => name === action.name)
        if (!bad) throw refusal('unknown_delivery', 'there is no such bad delivery')
        return [await sendNew(api, bad.request(sign.secretOf(api)))]
      }
    }
  }

  function deliveryOf(number: number): DeliveryEntry {
    const entry = history.get(number)
    if (entry?.kind === 'delivery') return entry
    throw refusal('unknown_number', `delivery ${number} is no longer kept`)
  }

  function again(
    entry: DeliveryEntry,
    action: Extract<Action, { action: 'replay' }>,
  ): DeliveryRequest {
    if (action.as === 'same') return same(entry)
    const fields = objectOf(action.as === 'edited' ? { text: action.text } : entry.body)
    if (!fields) throw refusal('not_json', 'the fields are not a JSON object')
    if (entry.api === 'payments') {
      // The bytes are signed, so an edited text goes out as it was written.
      if (action.as === 'edited') return sign.payments(action.text)
      return sign.payments(JSON.stringify({ ...fields, id: `evt_${randomUUID()}` }))
    }
    const now = { timeStamp: new Date().toISOString() }
    return sign.ramp(action.as === 'new' ? { ...fields, ...now } : fields)
  }

  const sendNew = (api: Api, request: DeliveryRequest) =>
    send(targets.next(api), request, { origin: 'sent' })

  /** Sends a delivery and returns its number. */
  async function send(url: URL | undefined, request: DeliveryRequest, sent: Sent): Promise<number> {
    if (!url) {
      throw refusal('not_up', 'the application does not accept connections on this computer')
    }
    const receivedAt = new Date()
    let begun: ReturnType<Sends['begin']> | undefined
    try {
      const answer = await post(url, request, (port) => {
        begun = sends.begin(port, sent)
      })
      const late = delay(reportWithinMs, undefined, { ref: false })
      const reported = await Promise.race([begun?.number, late])
      if (reported !== undefined) return reported
      // Something in front of the receiver has answered.
      const number = history.nextNumber()
      const headers = pickHeaders(lowerCase(request.headers))
      const body = keptBytes(Buffer.from(request.body))
      const { pathname: path } = url
      history.put(
        answeredEntry({ number, receivedAt, method: 'POST', path, sent, headers, body, answer }),
      )
      return number
    } finally {
      begun?.end()
    }
  }

  return { act }
}

function same(entry: DeliveryEntry): DeliveryRequest {
  const request = keptRequest(entry)
  if (request) return request
  throw refusal('no_body', 'the body of this delivery is not known')
}

/** Such as fields that nest too deeply to be written out, or a header of a saved file that no request can carry. */
function unsendable(error: unknown): CliError {
  const why = error instanceof Error ? error.message : String(error)
  return refusal('unsendable', `this cannot be sent: ${why}`)
}

function refusal(code: string, message: string): CliError {
  return new CliError(1, code, message)
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}
