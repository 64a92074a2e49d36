import { takeDeliveries } from './deliveries.js'
import { interleave, type Samples } from './interleave.js'
import { startServer } from './server-process.js'
import { type Framework, frameworks } from './servers/create-server.js'
import { kinds } from './servers/kinds.js'
import type { Row, Section } from './table.js'

const goals: Readonly<Record<Framework, number>> = { express: 1.35, koa: 2.1, fastify: 2.2 }
const receivers = ['receiver', 'receiver-with-memory'] as const

/** CPU time of a server process per delivery, compared with the bare framework and the recipe in its docs. */
export async function measureHttp(quick: boolean): Promise<Section> {
  const names = frameworks.flatMap((framework) => kinds.map((kind) => `${framework} ${kind}`))
  const servers = await Promise.all(names.map((name) => startServer(name, 32)))
  try {
    const count = quick ? 1500 : 2000
    const rounds = { warmUp: quick ? 2 : 3, measured: quick ? 3 : 11 }
    const samples = await interleave(servers, rounds, (server) =>
      server.costOf(takeDeliveries(count), 'acceptance'),
    )
    const rows = frameworks.flatMap((framework) => rowsOf(framework, samples))
    return { title: 'HTTP: CPU time of a server process for one delivery', rows }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

function rowsOf(framework: Framework, samples: Samples): Row[] {
  const bare = `${framework} bare`
  const [recipe, byHand] = [`${framework} recipe`, `${framework} by-hand`]
  const unit = '÷ bare framework'
  return [
    { name: bare, unit: 'µs', figures: samples.of(bare) },
    ...[recipe, byHand].map((name) => ({ name, unit, figures: samples.ratios(name, bare) })),
    ...receivers.flatMap((kind) => {
      const name = `${framework} ${kind}`
      return [
        { name, unit, figures: samples.ratios(name, bare), atMost: goals[framework] },
        { name, unit: '÷ recipe', figures: samples.ratios(name, recipe), atMost: 1.15 },
      ]
    }),
  ]
}
