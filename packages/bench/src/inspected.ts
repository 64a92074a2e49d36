import { takeDeliveries } from './deliveries.js'
import { startInspector } from './inspector.js'
import { interleave } from './interleave.js'
import { startServer } from './server-process.js'
import { frameworks } from './servers/create-server.js'
import type { Row, Section } from './table.js'

/** CPU time of a server process per delivery while `koywe inspect` looks at it, and with its preload alone. */
export async function measureInspected(quick: boolean): Promise<Section> {
  const inspector = await startInspector()
  const environments = {
    absent: { NODE_ENV: 'development' },
    idle: inspector.idleEnv,
    inspected: inspector.env,
  }
  const servers = await Promise.all(
    frameworks.flatMap((framework) =>
      Object.entries(environments).map(async ([state, env]) => {
        const server = await startServer(`${framework} receiver-with-memory`, 32, { env })
        return { ...server, name: `${framework} ${state}` }
      }),
    ),
  )
  try {
    const count = quick ? 1500 : 2000
    const rounds = { warmUp: 3, measured: quick ? 5 : 15 }
    const samples = await interleave(servers, rounds, (server) =>
      server.costOf(takeDeliveries(count), 'acceptance'),
    )
    const rows = frameworks.flatMap((framework): Row[] => {
      const [absent, idle, inspected] = ['absent', 'idle', 'inspected'].map(
        (state) => `${framework} ${state}`,
      ) as [string, string, string] // one for each
      const unit = '÷ without preload'
      return [
        { name: absent, unit: 'µs', figures: samples.of(absent) },
        { name: idle, unit, figures: samples.ratios(idle, absent), atMost: 1.02 },
        { name: inspected, unit, figures: samples.ratios(inspected, absent), atMost: 1.05 },
      ]
    })
    return { title: 'koywe inspect: CPU time of a server process for one delivery', rows }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    await inspector.stop()
  }
}
