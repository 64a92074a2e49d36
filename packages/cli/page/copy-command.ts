import type { DeliveryEntry } from '../src/inspect/entries.js'
import { fieldsOf } from './read-body.js'

const defaultUrl = 'http://127.0.0.1:3000/webhooks/koywe'

/**
 * The `koywe send` that sends an event like this one, or `undefined` where the command cannot: the event is not of the ramp API, the body is no
 * JSON object, or a key cannot be written. What a terminal would act on is escaped, because a stranger may have sent it.
 *
 * @param origin Where the application listens.
 */
export function commandFor(entry: DeliveryEntry, origin: string | undefined): string | undefined {
  const body = entry.api === 'ramp' ? fieldsOf(entry.body) : undefined
  if (body === undefined) return undefined
  const { signature: _, ...fields } = body
  const words = ['koywe', 'send']
  const { eventName, orderId, timeStamp, externalId, ...rest } = fields
  const plain = (value: unknown): value is string => typeof value === 'string' && isPrintable(value)
  const further: Record<string, unknown> = { ...rest }
  const isName = plain(eventName) && /^\w+$/.test(eventName)
  words.push(isName ? eventName : 'event')
  if (!isName) further.eventName = eventName
  const option = (name: string, key: string, value: unknown) => {
    if (plain(value) && !value.startsWith('-')) words.push(name, quoted(value))
    else if (value !== undefined) further[key] = value
  }
  option('--order', 'orderId', orderId)
  option('--external-id', 'externalId', externalId)
  option('--at', 'timeStamp', timeStamp)
  for (const [key, value] of Object.entries(further)) {
    if (value === undefined) continue
    if (key === '' || key.includes('=') || key.endsWith(':') || !isPrintable(key)) return undefined
    const text = plain(value) ? `${key}=${value}` : `${key}:=${escaped(JSON.stringify(value))}`
    words.push('--field', quoted(text))
  }
  if (entry.code === 'missing_signature') words.push('--unsigned')
  if (entry.code === 'invalid_signature') words.push('--tamper')
  const url = `${origin ?? 'http://127.0.0.1:3000'}${entry.path}`
  if (url !== defaultUrl) words.push('--url', quoted(url))
  return words.join(' ')
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

// Control characters, and those that hide or turn around what stands beside them.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

function isPrintable(text: string): boolean {
  return !unprintable.test(text)
}

function escaped(json: string): string {
  return json.replace(new RegExp(unprintable, 'gu'), (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
