import type { DeliveryEntry } from '../src/inspect/entries.js'
import { apis } from './apis.js'
import { fieldsOf } from './read-body.js'
import { escapeUnprintable, isPrintable } from './unprintable.js'

const defaultOrigin = 'http://127.0.0.1:3000'

/**
 * The `koywe send` that sends an event like this one, or `undefined` where the command cannot: the body is no JSON object, the command would
 * add what an event of the Payments API lacks, or a key cannot be written. What a terminal would act on is escaped, because a stranger may have sent it.
 *
 * @param origin Where the application listens.
 */
export function commandFor(entry: DeliveryEntry, origin: string | undefined): string | undefined {
  const fields = fieldsOf(entry.body)
  if (fields === undefined) return undefined
  const words = entry.api === 'ramp' ? rampWords(fields) : paymentsWords(fields)
  if (words === undefined) return undefined
  if (entry.code === 'missing_signature') words.push('--unsigned')
  if (entry.code === 'invalid_signature') words.push('--tamper')
  const { path } = apis[entry.api]
  const url = `${origin ?? defaultOrigin}${entry.path}`
  if (url !== defaultOrigin + path) words.push('--url', quoted(url))
  return ['koywe', 'send', ...words].join(' ')
}

type Fields = Readonly<Record<string, unknown>>

function rampWords({ signature: _, ...fields }: Fields): string[] | undefined {
  const { eventName, orderId, timeStamp, externalId, ...rest } = fields
  const further: Record<string, unknown> = { ...rest }
  const isName = plain(eventName) && /^\w+$/.test(eventName)
  const words = [isName ? eventName : 'event']
  if (!isName) further.eventName = eventName
  const option = (name: string, key: string, value: unknown) => {
    if (plain(value) && !value.startsWith('-')) words.push(name, quoted(value))
    else if (value !== undefined) further[key] = value
  }
  option('--order', 'orderId', orderId)
  option('--external-id', 'externalId', externalId)
  option('--at', 'timeStamp', timeStamp)
  return withFields(words, further)
}

function paymentsWords({ type, ...rest }: Fields): string[] | undefined {
  // The command completes an event that lacks them.
  if (!('id' in rest && 'data' in rest && 'relationships' in rest)) return undefined
  const isName = plain(type) && /^\w[\w.]*$/.test(type)
  const words = [isName ? type : 'event', '--payments']
  return withFields(words, isName ? rest : { ...rest, type })
}

/** Adds fields to a command, or returns `undefined` if it cannot say one of their keys. */
function withFields(words: readonly string[], fields: Fields): string[] | undefined {
  const all = [...words]
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue
    if (key === '' || key.includes('=') || key.endsWith(':') || !isPrintable(key)) return undefined
    const text = plain(value)
      ? `${key}=${value}`
      : `${key}:=${escapeUnprintable(JSON.stringify(value))}`
    all.push('--field', quoted(text))
  }
  return all
}

function plain(value: unknown): value is string {
  return typeof value === 'string' && isPrintable(value)
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
