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
export function interleave<Subject extends Named>(
  subjects: readonly Subject[],
  rounds: Rounds,
  measure: Measure<Subject>,
): Promise<Samples> {
  return playRounds(subjects, rounds, async (shuffled, add) => {
    for (const subject of shuffled) add(subject, await measure(subject))
  })
}

/** Measures all subjects at the same time in every round, for what shows only under a load that never stops. */
export function measureTogether<Subject extends Named>(
  subjects: readonly Subject[],
  rounds: Rounds,
  measure: Measure<Subject>,
): Promise<Samples> {
  return playRounds(subjects, rounds, async (shuffled, add) => {
    await Promise.all(shuffled.map(async (subject) => add(subject, await measure(subject))))
  })
}

interface Named {
  readonly name: string
}

type Add<Subject> = (subject: Subject, figure: number) => void

/** Plays the rounds, and keeps the figures of those that do not only warm up. */
async function playRounds<Subject extends Named>(
  subjects: readonly Subject[],
  rounds: Rounds,
  play: (shuffled: readonly Subject[], add: Add<Subject>) => Promise<void>,
): Promise<Samples> {
  const { samples, add } = createSamples(subjects)
  const forget: Add<Subject> = () => {}
  for (let round = -rounds.warmUp; round < rounds.measured; round++) {
    await play(shuffle(subjects), round < 0 ? forget : add)
  }
  return samples
}

function createSamples<Subject extends Named>(subjects: readonly Subject[]) {
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
