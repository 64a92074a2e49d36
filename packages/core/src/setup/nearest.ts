/** The known name that a misspelled one was probably meant to be: at most a third of its characters differ. Case does not count. */
export function nearestTo(name: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((one) => ({ one, edits: editsBetween(name.toLowerCase(), one.toLowerCase()) }))
    .filter(({ one, edits }) => edits <= Math.ceil(one.length / 3))
    .sort((a, b) => a.edits - b.edits)
  return nearest?.one
}

/** How many characters to add, remove or replace to turn one text into the other. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  // Known names are short; anything much longer is near none of them.
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
