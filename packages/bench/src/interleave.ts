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

/** Measures a subject once. */
type Measure<Subject> = (subject: Subject) => Promise<number>

/**
 * Measures every subject once per round, in a new random order each time, so that noise on the machine affects all of them
 * equally.
 */
export async function interleave<Subject extends { readonly name: string }>(
  subjects: readonly Subject[],
  rounds: Rounds,
  measure: Measure<Subject>,
): Promise<Samples> {
  const { samples, add } = createSamples(subjects)
  for (let round = -rounds.warmUp; round < rounds.measured; round++) {
    for (const subject of shuffle(subjects)) {
      const figure = await measure(subject)
      if (round >= 0) add(subject, figure)
    }
  }
  return samples
}

/** Measures all subjects at the same time in every round, for what shows only under a load that never stops. */
export async function measureTogether<Subject extends { readonly name: string }>(
  subjects: readonly Subject[],
  rounds: Rounds,
  measure: Measure<Subject>,
): Promise<Samples> {
  const { samples, add } = createSamples(subjects)
  for (let round = -rounds.warmUp; round < rounds.measured; round++) {
    await Promise.all(
      shuffle(subjects).map(async (subject) => {
        const figure = await measure(subject)
        if (round >= 0) add(subject, figure)
      }),
    )
  }
  return samples
}

function createSamples<Subject extends { readonly name: string }>(subjects: readonly Subject[]) {
  const figures = new Map(subjects.map(({ name }) => [name, [] as number[]]))

  function of(name: string): readonly number[] {
    const found = figures.get(name)
    if (found === undefined) throw new TypeError(`nothing is measured under the name ${name}`)
    return found
  }

  const samples: Samples = {
    of,
    ratios(name, base) {
      const bases = of(base)
      return of(name).map((figure, round) => figure / (bases[round] ?? Number.NaN))
    },
  }
  return {
    samples,
    add: ({ name }: Subject, figure: number) => void figures.get(name)?.push(figure),
  }
}

/** The items in a random order. */
export function shuffle<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item)
}
