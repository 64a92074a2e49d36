import { randomUUID } from 'node:crypto'
import { removeKeys } from '@x/koywe-testkit/remove-keys'
import pg from 'pg'
import { type Counts, countEffects, createTables, noteKill, poolSettings } from './effects.js'
import { type MemorySample, startFleet } from './fleet.js'
import { type SenderResult, sendAll } from './sender.js'

/** How a soak is run. */
export interface SoakOptions {
  readonly store: 'redis' | 'postgres'
  readonly redisUrl: string
  /** Holds the tables of the effects, with either store. */
  readonly postgresUrl: string
  /** Distinct events, not counting duplicates and retries. */
  readonly deliveries: number
  readonly orders: number
  /** Stops sending new events after this many seconds. */
  readonly seconds: number
  /** How many events are sent between two kills, on average. Default: 500. */
  readonly killEvery?: number
  progress?(line: string): void
}

/** The shares of listener runs that fail, and that take longer than the lease. */
const shares = { failing: 0.05, slow: 0.003 }

/** How long a claim holds without renewal. */
const leaseMs = 2000

/**
 * How much longer than the lease an event of a killed server may wait: the sender's pauses, attempts at the server that is down,
 * and a busy machine.
 */
const slackMs = 5000

/** The findings of a soak. */
export interface SoakReport {
  readonly store: 'redis' | 'postgres'
  readonly leaseMs: number
  readonly seconds: number
  readonly kills: number
  readonly sent: SenderResult
  readonly counts: Counts
  readonly memory: readonly MemorySample[]
  /** Resident memory of the server that was never killed, in MB: medians of the middle and of the last third. */
  readonly growth: { readonly middle: number; readonly last: number } | undefined
  /** The broken promises, in words; empty when all were kept. */
  readonly broken: readonly string[]
}

/** Runs one soak against the real engines and cleans up after itself. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const { store, redisUrl, postgresUrl, deliveries, orders } = options
  const { killEvery = 500, progress = () => {} } = options
  const schema = `koywe_soak_${randomUUID().slice(0, 8)}`
  const secret = randomUUID()
  const pool = new pg.Pool({ ...poolSettings(postgresUrl), max: 2 })
  try {
    await createTables(pool, schema, store)
    const settings = { secret, store, redisUrl, postgresUrl, schema, leaseMs, ...shares }
    const fleet = await startFleet(settings, (server) => noteKill(pool, schema, server))
    const started = Date.now()
    let nextKill = killEvery
    const sent = await sendAll({
      secret,
      deliveries,
      orders,
      ports: fleet.ports,
      until: started + options.seconds * 1000,
      onSent(events) {
        if (events % 1000 === 0) progress(`${events} events, ${fleet.kills()} kills`)
        if (events < nextKill) return
        nextKill += killEvery * (0.5 + Math.random())
        fleet.killOne()
      },
    }).finally(() => fleet.stop())
    const seconds = (Date.now() - started) / 1000
    const counts = await countEffects(pool, schema)
    const growth = growthOf(fleet.memory)
    const result = {
      store,
      leaseMs,
      seconds,
      kills: fleet.kills(),
      sent,
      counts,
      memory: fleet.memory,
      growth,
    }
    return { ...result, broken: brokenPromises(result) }
  } finally {
    await pool.query(`drop schema if exists ${schema} cascade`).catch(() => {})
    await pool.end()
    if (store === 'redis') await removeKeys(redisUrl, `${schema}:`)
  }
}

function brokenPromises({
  sent,
  counts,
  growth,
}: Pick<SoakReport, 'sent' | 'counts' | 'growth'>): string[] {
  const longestWait = counts.waits.at(-1) ?? 0
  const faults: readonly (readonly [boolean, string])[] = [
    [sent.events === 0, 'nothing was sent'],
    [sent.givenUp > 0, `${sent.givenUp} events were never acknowledged`],
    [counts.effective !== sent.events, `${counts.effective} of ${sent.events} events were applied`],
    [counts.twice > 0, `${counts.twice} events were applied twice`],
    [sent.notKnownAgain > 0, `${sent.notKnownAgain} late duplicates were not recognised`],
    [
      longestWait > leaseMs + slackMs,
      `an event of a killed server waited for ${longestWait} ms, with a lease of ${leaseMs} ms`,
    ],
    [sent.hung > 0, `${sent.hung} requests hung`],
    [
      growth !== undefined && growth.last > growth.middle * 1.2 + 10,
      `memory grew from ${growth?.middle.toFixed()} to ${growth?.last.toFixed()} MB`,
    ],
  ]
  return faults.flatMap(([isBroken, words]) => (isBroken ? [words] : []))
}

/** Judges memory only over a run long enough for garbage collection to settle. */
function growthOf(memory: readonly MemorySample[]): SoakReport['growth'] {
  const samples = memory.flatMap(({ server, megabytes }) => (server === 0 ? [megabytes] : []))
  const third = Math.floor(samples.length / 3)
  if (third < 15) return undefined
  return { middle: median(samples.slice(third, 2 * third)), last: median(samples.slice(2 * third)) }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
