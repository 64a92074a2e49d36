/** The largest body that the receivers take, in bytes. */
export const limit = 65_536

/** The deepest nesting that they take. */
export const mostLevels = 64

/** How deep a value nests. */
export function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

/** How deep brackets nest, also in a field that a later one of the same name replaces. */
export function nestingOf(text: string): number {
  let [level, deepest] = [0, 0]
  for (const bracket of text.replace(/"(?:[^"\\]|\\.)*"/gs, '').match(/[[\]{}]/g) ?? []) {
    level += '[{'.includes(bracket) ? 1 : -1
    deepest = Math.max(deepest, level)
  }
  return deepest
}
