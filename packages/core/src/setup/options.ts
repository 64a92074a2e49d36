import { nearestTo } from './nearest.js'

/**
 * Refuses unknown options, so that a misspelled one does not silently become a default.
 *
 * @param what Whose options they are, such as `createMemoryDedupeStore`.
 * @throws {TypeError} when `given` is not an object, or has an option that is not in `known`; the message suggests the nearest.
 */
export function checkOptions(given: unknown, known: readonly string[], what: string): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`The options of ${what} must be an object, not ${kindOf(given)}.`)
  }
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw new TypeError(unknownOption(name, known, what))
  }
}

function unknownOption(name: string, known: readonly string[], what: string): string {
  const nearest = nearestTo(name, known)
  const cure = nearest
    ? `did you mean \`${nearest}\`?`
    : `it has ${known.map((option) => `\`${option}\``).join(', ') || 'none'}.`
  return `Unknown option \`${name}\` of ${what}; ${cure}`
}

/** The kind, never the value: what was passed instead of options may be a secret. */
function kindOf(given: unknown): string {
  if (given === null || given === undefined) return String(given)
  if (Array.isArray(given)) return 'an array'
  return `a ${typeof given}`
}
