/** Reads decisions from the bytes that the fuzzer changes. When they run out every decision is 0. */
export interface Bytes {
  /** A whole number below `count`, at most 256. */
  below(count: number): number
  pick<const T>(choices: readonly [T, ...T[]]): T
  /** Up to 255 bytes, as many as the next byte says. */
  some(): Buffer
  /** All that is left. */
  rest(): Buffer
}

/** Reads `data` from its start. */
export function createBytes(data: Buffer): Bytes {
  let at = 0
  const below = (count: number): number => (data[at++] ?? 0) % count
  function take(length: number): Buffer {
    const taken = data.subarray(at, at + length)
    at += length
    return taken
  }
  return {
    below,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    some: () => take(below(256)),
    rest: () => take(data.length),
  }
}
