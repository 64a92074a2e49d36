const intervalMs = 60_000

/**
 * Decides whether a line of some kind is written: the first at once, then one a minute. Returns how many were left out since
 * the last line of that kind, or `undefined` when this one is left out too. There is no timer: the count waits for the next line.
 */
export function createLineLimit<Kind>(now: () => number): (kind: Kind) => number | undefined {
  const lines = new Map<Kind, { writtenAt: number; leftOut: number }>()
  return (kind) => {
    const time = now()
    const last = lines.get(kind)
    if (last && time - last.writtenAt < intervalMs) {
      last.leftOut += 1
      return undefined
    }
    lines.set(kind, { writtenAt: time, leftOut: 0 })
    return last?.leftOut ?? 0
  }
}
