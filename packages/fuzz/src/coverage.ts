/** The counters that istanbul puts into the code, by file. */
interface Counters {
  readonly s: Record<string, number>
  readonly b: Record<string, number[]>
}

/** Tells whether an input made the code do something that no input before it did. */
export interface Coverage {
  /** Whether a branch was taken, or a statement reached, about twice as often as by any input before. Starts counting anew. */
  isNew(): boolean
  /** How many branches and statements were reached, and how many there are. */
  total(): { readonly reached: number; readonly all: number }
}

/** Reads the counters of the instrumented code in this thread. */
export function createCoverage(): Coverage {
  // Put there by the instrumented code.
  const files = (globalThis as { __coverage__?: Record<string, Counters> }).__coverage__ ?? {}
  const lists = Object.values(files).flatMap(({ s, b }) => [s, ...Object.values(b)])
  const places = lists.flatMap((list) => Object.keys(list).map((key) => ({ list, key })))
  const most = new Uint8Array(places.length)

  function isNew(): boolean {
    let found = false
    for (let index = 0; index < places.length; index++) {
      const place = places[index]
      if (!place) continue
      const list = place.list as Record<string, number> // an array has keys as well
      const magnitude = 32 - Math.clz32(list[place.key] ?? 0)
      if (magnitude > (most[index] ?? 0)) {
        most[index] = magnitude
        found = true
      }
      list[place.key] = 0
    }
    return found
  }
  return {
    isNew,
    total: () => ({ reached: most.filter(Boolean).length, all: places.length }),
  }
}
