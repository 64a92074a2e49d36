import type { DeliveryEntry } from '../src/inspect/entries.js'
import { apis } from './apis.js'
import { fieldsOf } from './read-body.js'
import { escapeUnprintable } from './unprintable.js'

const manners: Readonly<Record<string, string>> = {
  missing_signature: 'unsigned',
  invalid_signature: 'tampered',
}

/** The lines of a test that delivers an event like this one, or `undefined` if its body is no JSON object. */
export function testFor(entry: DeliveryEntry): string | undefined {
  const fields = fieldsOf(entry.body)
  if (fields === undefined) return undefined
  const event = entry.api === 'ramp' ? withoutSignature(fields) : fields
  const options = ['secret']
  const manner = manners[entry.code ?? '']
  if (manner) options.push(`as: '${manner}'`)
  if (entry.path !== apis[entry.api].path) options.push(`path: ${literal(entry.path, '')}`)
  return `await deliver(app, ${literal(event, '')}, { ${options.join(', ')} })`
}

function withoutSignature({ signature: _, ...rest }: Readonly<Record<string, unknown>>) {
  return rest
}

/** A value as a literal of JavaScript, laid out as a formatter would. */
function literal(value: unknown, indent: string): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const deeper = `${indent}  `
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const members = Array.isArray(value)
    ? value.map((member) => literal(member, deeper))
    : Object.entries(value).map(([key, member]) => `${keyOf(key)}: ${literal(member, deeper)}`)
  if (members.length === 0) return `${open}${close}`
  return `${open}\n${members.map((member) => `${deeper}${member},\n`).join('')}${indent}${close}`
}

function keyOf(key: string): string {
  // In a literal, a plain `__proto__` sets the prototype.
  if (key === '__proto__') return "['__proto__']"
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key)
}

function quoted(text: string): string {
  const inside = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')
  return `'${escapeUnprintable(inside).replaceAll("'", "\\'")}'`
}
