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
  const nearest = known
    .map((option) => ({ option, edits: editsBetween(name.toLowerCase(), option.toLowerCase()) }))
    .filter(({ option, edits }) => edits <= Math.ceil(option.length / 3))
    .sort((one, other) => one.edits - other.edits)[0]
  const cure = nearest
    ? `did you mean \`${nearest.option}\`?`
    : `it has ${known.map((option) => `\`${option}\``).join(', ') || 'none'}.`
  return `Unknown option \`${name}\` of ${what}; ${cure}`
}

/** The kind, never the value: what was passed instead of options may be a secret. */
function kindOf(given: unknown): string {
  if (given === null || given === undefined) return String(given)
  if (Array.isArray(given)) return 'an array'
  return `a ${typeof given}`
}

/** How many characters to add, remove or replace to turn one text into the other. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  // Options have short names; anything much longer is near none of them.
  for (const character of one.slice(0, 100)) {
    const next = [(row[0] ?? 0) + 1]
    for (let index = 0; index < other.length; index++) {
      const replaced = (row[index] ?? 0) + (other[index] === character ? 0 : 1)
      next.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
