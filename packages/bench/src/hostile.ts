import { flatBody, hostileBodies, nestedBodies, type UnsignedBody } from './hostile-bodies.js'
import { interleave, type Rounds } from './interleave.js'
import { type ServerProcess, startServer } from './server-process.js'
import type { Row, Section } from './table.js'

/** Microseconds of CPU time to measure for one figure, enough to keep noise small. */
const worthMeasuring = 40_000

/** CPU time of a server process for bodies that nobody signed, compared with a flat body of the same size. */
export async function measureHostile(quick: boolean): Promise<Section> {
  const rounds = { warmUp: 1, measured: quick ? 3 : 7 }
  const rows = [
    ...(await withinLimit('open', '64 KiB', rounds)),
    ...(await withinLimit('payments', '64 KiB, Payments', rounds)),
    ...(await behindParser(rounds)),
  ]
  return { title: 'Hostile bodies: CPU time of a server process for one refusal', rows }
}

/** 64 KiB that a receiver reads: the worst body may cost at most 8 times a flat one. */
async function withinLimit(serverName: string, title: string, rounds: Rounds): Promise<Row[]> {
  const size = 64 * 1024
  const [flat, bodies] = [flatBody(size), hostileBodies(size)]
  const server = await startServer(serverName, 2)
  try {
    const subjects: Subject[] = []
    for (const body of [flat, ...bodies]) subjects.push(await prepare(server, body))
    const samples = await interleave(subjects, rounds, measure)
    const named = ({ name }: UnsignedBody) => `${server.name} ${name}`
    return [
      { name: `${title}, ${flat.name}`, unit: 'µs', figures: samples.of(named(flat)) },
      ...bodies.map((body) => ({
        name: `${title}, ${body.name}`,
        unit: '÷ flat',
        figures: samples.ratios(named(body), named(flat)),
        atMost: 8,
      })),
    ]
  } finally {
    await server.stop()
  }
}

/** 2 MB that a parser reads first: the receiver may add at most half of that cost. */
async function behindParser(rounds: Rounds): Promise<Row[]> {
  const size = 2_000_000
  const flat = flatBody(size)
  const bodies = [flat, ...nestedBodies(size)]
  // In chunks, because a Content-Length over the limit is refused before anything else.
  const parser = await startServer('parser', 1, { framing: 'chunked' })
  const parsed = await startServer('parsed', 1, { framing: 'chunked' })
  try {
    const subjects: Subject[] = []
    for (const body of bodies) {
      for (const server of [parser, parsed]) subjects.push(await prepare(server, body))
    }
    const samples = await interleave(subjects, rounds, measure)
    const flatName = `parsed ${flat.name}`
    return bodies.flatMap(({ name }) => [
      {
        name: `2 MB, ${name}`,
        unit: '÷ flat',
        figures: samples.ratios(`parsed ${name}`, flatName),
      },
      {
        name: `2 MB, ${name}`,
        unit: '÷ its parser alone',
        figures: samples.ratios(`parsed ${name}`, `parser ${name}`),
        atMost: 1.5,
      },
    ])
  } finally {
    await Promise.all([parser, parsed].map((server) => server.stop()))
  }
}

interface Subject {
  readonly name: string
  readonly server: ServerProcess
  readonly posts: readonly Buffer[]
}

/** Repeats a body as often as measuring its cost needs, and no more. */
async function prepare(server: ServerProcess, { name, bytes }: UnsignedBody): Promise<Subject> {
  const cost = await server.costOf([bytes], 'refusal')
  const count = Math.min(Math.ceil(worthMeasuring / cost), 200)
  const posts = Array.from({ length: count }, () => bytes)
  return { name: `${server.name} ${name}`, server, posts }
}

function measure({ server, posts }: Subject): Promise<number> {
  return server.costOf(posts, 'refusal')
}
