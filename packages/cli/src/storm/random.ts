/** Numbers that look random and that a seed repeats. */
export interface Random {
  /** At least 0, less than 1. */
  next(): number
  /** Whether something of this probability happens. */
  chance(share: number): boolean
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T
  uuid(): string
}

/** The largest seed plus one. */
export const seeds = 2 ** 32

/** Creates a generator of the kind mulberry32: 32 bits of state, good enough to shuffle, never for secrets. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0

  function bits(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  const next = (): number => bits() / seeds

  return {
    next,
    chance: (share) => next() < share,
    pick: <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T, // the list is not empty
    uuid() {
      const hex = [0, 0, 0, 0].map(() => bits().toString(16).padStart(8, '0')).join('')
      const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4)
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
    },
  }
}
