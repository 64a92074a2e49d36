// One server of the soak, in its own process so that it can be killed. fleet.ts starts it with its settings as an argument.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { completeIn, createPostgresDedupeStore } from '@x/koywe-core/postgres'
import { createRedisDedupeStore } from '@x/koywe-core/redis'
import { koyweWebhooks } from '@x/koywe-express'
import express from 'express'
import pg from 'pg'
import { poolSettings } from './effects.js'

/** What the soak passes to a server. */
export interface ServerSettings {
  /** 0 for any free one. */
  readonly port: number
  readonly name: string
  readonly secret: string
  readonly store: 'redis' | 'postgres'
  readonly redisUrl: string
  readonly postgresUrl: string
  /** The schema of the soak's tables, and the prefix of its keys in Redis. */
  readonly schema: string
  readonly leaseMs: number
  /** The share of listener runs that fail, 0 to 1. */
  readonly failing: number
  /** The share of listener runs that take longer than the lease, 0 to 1. */
  readonly slow: number
}

/** What a server reports to the soak. */
export type ServerMessage = { readonly port: number } | { readonly rss: number }

// The soak wrote this argument itself.
const settings = JSON.parse(process.argv[2] ?? '') as ServerSettings
const { schema, leaseMs } = settings
const pool = new pg.Pool({ ...poolSettings(settings.postgresUrl), max: 12 })
pool.on('error', () => {})

const inPostgres = settings.store === 'postgres'
const webhooks = koyweWebhooks(settings.secret, {
  logger: false,
  dedupe: inPostgres
    ? createPostgresDedupeStore(pool, { table: `${schema}.deliveries`, leaseMs })
    : createRedisDedupeStore(await connectRedis(), { prefix: `${schema}:`, leaseMs }),
})

webhooks.onAny(async (event, delivery) => {
  const fails = Math.random() < settings.failing
  const when = Math.random()
  const slow = !fails && Math.random() < settings.slow
  await pool.query(`insert into ${schema}.starts values ($1, $2, $3, $4)`, [
    delivery.id,
    settings.name,
    fails,
    slow,
  ])
  if (slow) await delay(1.5 * leaseMs)
  if (fails && when < 0.3) throw new Error('failed before its write')
  const client = await pool.connect()
  try {
    await client.query('begin')
    // With Redis a unique key keeps the effect single; with Postgres only the claim does.
    await client.query(`insert into ${schema}.effects values ($1, $2, $3) on conflict do nothing`, [
      delivery.id,
      event.orderId,
      event.eventName,
    ])
    await delay(Math.random() * 4)
    if (fails && (inPostgres || when < 0.6)) throw new Error('failed before its commit')
    if (inPostgres) await completeIn(delivery, client)
    await client.query('commit')
    client.release()
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      () => client.release(true),
    )
    throw error
  }
  await delay(Math.random() * 10) // leaves time for a kill between the effect and its completion
  if (fails) throw new Error('failed after its commit')
})

const server = express().use(webhooks).listen(settings.port, '127.0.0.1')
await once(server, 'listening')
tell({ port: (server.address() as AddressInfo).port }) // a TCP server's address is an object
setInterval(() => tell({ rss: process.memoryUsage.rss() }), 1000)
// The soak is gone, and nobody else would stop this process.
process.on('disconnect', () => process.exit())

function tell(message: ServerMessage): void {
  process.send?.(message)
}

async function connectRedis() {
  const { createClient } = await import('redis')
  return createClient({ url: settings.redisUrl })
    .on('error', () => {})
    .connect()
}
