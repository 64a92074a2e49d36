/** The figures of every subject, one per round. */
export interface Samples {
  /** The figures themselves. */
  of(name: string): readonly number[]
  /** Each figure divided by that of `base` in the same round. */
  ratios(name: string, base: string): readonly number[]
}

/** How many rounds to measure. */
export interface Rounds {
  /** Rounds that only warm up. */
  readonly warmUp: number
  readonly measured: number
}

/**
 * Measures every subject once per round, in a new random order each time, so that noise on the machine affects all of them
 * equally.
 */
export async function interleave<Subject extends { readonly name: string }>(
  subjects: readonly Subject[],
  rounds: Rounds,
  measure: (subject: Subject) => Promise<number>,
): Promise<Samples> {
  const figures = new Map(subjects.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round < rounds.warmUp + rounds.measured; round++) {
    for (const subject of shuffle(subjects)) {
      const figure = await measure(subject)
      if (round >= rounds.warmUp) figures.get(subject.name)?.push(figure)
    }
  }

  function of(name: string): readonly number[] {
    const found = figures.get(name)
    if (found === undefined) throw new TypeError(`nothing is measured under the name ${name}`)
    return found
  }

  return {
    of,
    ratios(name, base) {
      const bases = of(base)
      return of(name).map((figure, round) => figure / (bases[round] ?? Number.NaN))
    },
  }
}

/** The items in a random order. */
export function shuffle<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item)
}
