import type { ParserRefusal } from './bad-deliveries.js'

/** Empty brackets inside each other. */
export const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`

/** Bodies that are no JSON object: what each is, and why a parser in front may refuse it. */
export const noObjects: readonly (readonly [string, string, ParserRefusal?])[] = [
  ['not JSON', 'eventName=crypto_delivered', 'malformed'],
  ['truncated JSON', '{"eventName":"crypto_delivered","type":"order.paid"', 'malformed'],
  ['60 KiB of open brackets', '['.repeat(60 * 1024), 'malformed'],
  ['30,000 nested arrays', nested(30_000)],
  ['an array', '[{"eventName":"crypto_delivered","type":"order.paid"}]'],
  ['null', 'null', 'primitive'],
  ['true', 'true', 'primitive'],
  ['a number', '42', 'primitive'],
  ['a JSON string', '"crypto_delivered"', 'primitive'],
  ['an empty body', ''],
]
