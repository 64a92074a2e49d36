import { migrateKoyweDedupe } from '@x/koywe-core/postgres'
import type pg from 'pg'

/** What the soak finds in PostgreSQL when all is done. */
export interface Counts {
  /** Events that took effect. */
  readonly effective: number
  /** Events that took effect more than once. */
  readonly twice: number
  /** Listener runs. */
  readonly starts: number
  /** Listener runs that failed on purpose. */
  readonly failed: number
  /** Further runs after one that did not fail by itself: its process was killed, or its lease ran out. */
  readonly startedAgain: number
}

/**
 * How the soak connects. It kills processes and never the database, so a commit need not wait for the disk; what other
 * sessions see of it is the same.
 */
export function poolSettings(connectionString: string): pg.PoolConfig {
  return { connectionString, options: '-c synchronous_commit=off' }
}

/** Creates the soak's own schema: effects, listener starts and the store's table. */
export async function createTables(
  pool: pg.Pool,
  schema: string,
  store: 'redis' | 'postgres',
): Promise<void> {
  // Only with Redis is the effect's key unique: with Postgres a second effect must be able to show.
  await pool.query(`create schema ${schema};
    create table ${schema}.effects (delivery_id text not null, order_id text not null, event_name text not null);
    create ${store === 'redis' ? 'unique' : ''} index on ${schema}.effects (delivery_id);
    create table ${schema}.starts (delivery_id text not null, server text not null, fails boolean not null)`)
  await migrateKoyweDedupe(pool, { table: `${schema}.deliveries` })
}

/** Counts what the listeners have written. */
export async function countEffects(pool: pg.Pool, schema: string): Promise<Counts> {
  const { rows } = await pool.query<Counts>(`
    with effects as (select count(*) as times from ${schema}.effects group by order_id, event_name),
    starts as (
      select count(*) as runs, count(*) filter (where fails) as failed from ${schema}.starts group by delivery_id)
    select
      (select count(*) from effects)::int as effective,
      (select count(*) from effects where times > 1)::int as twice,
      (select sum(runs) from starts)::int as starts,
      (select sum(failed) from starts)::int as failed,
      (select sum(greatest(runs - failed - 1, 0)) from starts)::int as "startedAgain"`)
  const [counts] = rows
  if (!counts) throw new Error('an aggregate always has a row')
  return counts
}
