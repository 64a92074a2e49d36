import { flatBody, hostileBodies, type UnsignedBody } from './hostile-bodies.js'
import { interleave } from './interleave.js'
import { type ServerProcess, startServer } from './server-process.js'
import type { Row, Section } from './table.js'

/** How much more CPU time a hostile body may cost than a flat one of its size. */
const atMost = 8
/** Microseconds of CPU time that one figure is made of, so that its noise is small. */
const worthMeasuring = 40_000

/** CPU time of a server process for bodies that nobody signed, beside a flat body of the same size. */
export async function measureHostile(quick: boolean): Promise<Section> {
  const limit = 64 * 1024
  const upload = 2_000_000
  const rows = [
    ...(await compare('open', flatBody(limit), hostileBodies(limit), '64 KiB', quick)),
    ...(await compare('parsed', flatBody(upload), hostileBodies(upload), '2 MB parsed', quick)),
  ]
  return { title: 'Hostile bodies: CPU time of a server process for one refusal', rows }
}

async function compare(
  serverName: string,
  flat: UnsignedBody,
  bodies: readonly UnsignedBody[],
  size: string,
  quick: boolean,
): Promise<Row[]> {
  const server = await startServer(serverName, 2)
  try {
    const subjects: Subject[] = []
    for (const body of [flat, ...bodies]) subjects.push(await prepare(server, body))
    const rounds = { warmUp: 1, measured: quick ? 3 : 7 }
    const samples = await interleave(subjects, rounds, ({ posts }) =>
      server.costOf(posts, 'refusal'),
    )
    const name = (body: UnsignedBody) => `${size}, ${body.name}`
    return [
      { name: name(flat), unit: 'µs', figures: samples.of(flat.name) },
      ...bodies.map((body) => ({
        name: name(body),
        unit: '÷ flat',
        figures: samples.ratios(body.name, flat.name),
        atMost,
      })),
    ]
  } finally {
    await server.stop()
  }
}

interface Subject {
  readonly name: string
  readonly posts: readonly Buffer[]
}

/** Repeats a body so often that its cost can be measured, but not for longer than that takes. */
async function prepare(server: ServerProcess, body: UnsignedBody): Promise<Subject> {
  const { name, bytes } = body
  const cost = await server.costOf([bytes, bytes, bytes], 'refusal')
  const count = Math.min(Math.max(Math.ceil(worthMeasuring / cost), 2), 200)
  return { name, posts: Array.from({ length: count }, () => bytes) }
}
