import { takeDeliveries } from './deliveries.js'
import { type Inspector, startInspector } from './inspector.js'
import { measureTogether, type Samples, shuffle } from './interleave.js'
import { startServer } from './server-process.js'
import { type Framework, frameworks } from './servers/create-server.js'
import type { Row, Section } from './table.js'

const states = ['absent', 'idle', 'inspected'] as const

/** The first requests, which are all reported, and then a load that goes on. */
interface Measured {
  readonly first: Samples
  readonly sustained: Samples
}

/** CPU time of a server process per delivery while `koywe inspect` looks at it, and with its preload alone. */
export async function measureInspected(quick: boolean): Promise<Section> {
  const inspector = await startInspector()
  try {
    const rows: Row[] = []
    for (const framework of frameworks) {
      const measured: Measured[] = []
      // Two processes of one program differ by some percent for as long as they run, so each state is several processes.
      for (let process = 0; process < (quick ? 3 : 12); process++) {
        measured.push(await measureProcesses(framework, inspector))
      }
      rows.push(...rowsOf(framework, measured))
    }
    return { title: 'koywe inspect: CPU time of a server process for one delivery', rows }
  } finally {
    await inspector.stop()
  }
}

async function measureProcesses(framework: Framework, inspector: Inspector): Promise<Measured> {
  const environments = {
    absent: { NODE_ENV: 'development' },
    idle: inspector.idleEnv,
    inspected: inspector.env,
  }
  const servers = await Promise.all(
    shuffle(states).map(async (name) => {
      const env = environments[name]
      return { ...(await startServer(`${framework} receiver-with-memory`, 32, { env })), name }
    }),
  )
  try {
    const first = await measureTogether(servers, { warmUp: 2, measured: 2 }, (server) =>
      server.costOf(takeDeliveries(1000), 'acceptance'),
    )
    // Short rounds, so that what else the machine does falls on all states of a round.
    const sustained = await measureTogether(servers, { warmUp: 12, measured: 20 }, (server) =>
      server.costOf(takeDeliveries(500), 'acceptance'),
    )
    return { first, sustained }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

function rowsOf(framework: Framework, measured: readonly Measured[]): Row[] {
  const ratios = (state: (typeof states)[number], part: keyof Measured): number[] =>
    measured.flatMap((one) => one[part].ratios(state, 'absent'))
  const unit = '÷ without preload'
  return [
    {
      name: `${framework} absent`,
      unit: 'µs',
      figures: measured.flatMap(({ sustained }) => sustained.of('absent')),
    },
    { name: `${framework} idle`, unit, figures: ratios('idle', 'sustained'), atMost: 1.02 },
    {
      name: `${framework} inspected`,
      unit,
      figures: ratios('inspected', 'sustained'),
      atMost: 1.05,
    },
    { name: `${framework} inspected, first 4,000`, unit, figures: ratios('inspected', 'first') },
  ]
}
