const intervalMs = 60_000

/**
 * Limits lines of each kind: the first is written at once, then one per minute. Returns how many were suppressed since the last
 * line of that kind, or `undefined` when this one is suppressed too. Has no timer: the count is reported with the next line.
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
