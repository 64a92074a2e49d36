import { type Claim, type Claims, lowestOf, majorOf } from './claims.js'

/** An end of a range of versions. */
export type End = 'lowest' | 'highest'

const ends: readonly End[] = ['lowest', 'highest']

/** Conformance at every mount of one major version of a framework, with these versions. */
export interface Row {
  readonly adapter: string
  /** The framework and its major version, as the adapter's test file is named after it. */
  readonly framework: Claim
  readonly major: number
  readonly frameworkEnd: End
  readonly companionsEnd: End
  readonly node: string
  /** What to install. The framework has its own name, so that what stands beside it finds it. */
  readonly dependencies: Readonly<Record<string, string>>
  /** The names that the mounts import, and by which name each is installed. */
  readonly imports: Readonly<Record<string, string>>
  /** Names the row, today and with the versions of next year. */
  readonly key: string
}

/** Every row: frameworks × the ends of their ranges × the ends of what stands beside them × Node. */
export function rowsOf(claims: readonly Claims[], nodes: readonly string[]): readonly Row[] {
  return claims.flatMap(({ adapter, frameworks, companions }) =>
    frameworks.flatMap((framework) =>
      ends.flatMap((frameworkEnd) =>
        ends.flatMap((companionsEnd) =>
          nodes.map((node): Row => {
            const major = majorOf(framework.range)
            const beside = companionsEnd === 'lowest' ? 'lowest routers' : 'highest routers'
            return {
              adapter,
              framework,
              major,
              frameworkEnd,
              companionsEnd,
              node,
              dependencies: Object.fromEntries([
                pin({ ...framework, name: framework.published }, frameworkEnd),
                ...companions.map((claim) => pin(claim, companionsEnd)),
              ]),
              imports: Object.fromEntries([
                [framework.name, framework.published],
                ...companions.map(({ name }) => [name, name]),
              ]),
              key: `${adapter} ${major} ${frameworkEnd}, ${beside}, node ${majorOf(node)}`,
            }
          }),
        ),
      ),
    ),
  )
}

/** The highest version is whatever npm installs today. */
function pin({ name, published, range }: Claim, end: End): readonly [string, string] {
  const version = end === 'lowest' ? lowestOf(range) : range
  return [name, name === published ? version : `npm:${published}@${version}`]
}
