import { migrateKoyweDedupe } from '@x/koywe-core/postgres'
import type pg from 'pg'

/** What the soak counts in PostgreSQL at the end. */
export interface Counts {
  /** Events that were applied. */
  readonly effective: number
  /** Events that were applied more than once. */
  readonly twice: number
  /** Listener runs. */
  readonly starts: number
  /** Listener runs that failed on purpose. */
  readonly failed: number
  /** Runs after one that did not fail on its own: its process was killed, or its lease ran out. */
  readonly startedAgain: number
  /** Runs that take longer than the lease, so that it must be renewed. */
  readonly slow: number
  /** Such runs whose event was started again although no kill had ended them. */
  readonly slowTakenOver: number
  /** For each run that a kill ended: the milliseconds from the kill until the event's next run, in ascending order. */
  readonly waits: readonly number[]
}

/**
 * How the soak connects. It kills processes, never the database, so commits need not wait for the disk; what other sessions
 * see is the same.
 */
export function poolSettings(connectionString: string): pg.PoolConfig {
  return { connectionString, options: '-c synchronous_commit=off' }
}

/** Creates the soak's own schema, with tables for effects, listener starts and the store. */
export async function createTables(
  pool: pg.Pool,
  schema: string,
  store: 'redis' | 'postgres',
): Promise<void> {
  // The effect's key is unique only with Redis: with Postgres a second effect must be visible.
  await pool.query(`create schema ${schema};
    create table ${schema}.effects (delivery_id text not null, order_id text not null, event_name text not null);
    create ${store === 'redis' ? 'unique' : ''} index on ${schema}.effects (delivery_id);
    create table ${schema}.starts (
      delivery_id text not null, server text not null, fails boolean not null, slow boolean not null,
      at timestamptz not null default clock_timestamp());
    create table ${schema}.kills (server text not null, at timestamptz not null default clock_timestamp())`)
  await migrateKoyweDedupe(pool, { table: `${schema}.deliveries` })
}

/** Records that a server was killed, on the database's clock, like the starts of its listeners. */
export async function noteKill(pool: pg.Pool, schema: string, server: string): Promise<void> {
  await pool.query(`insert into ${schema}.kills values ($1)`, [server])
}

/** Counts what the listeners wrote. */
export async function countEffects(pool: pg.Pool, schema: string): Promise<Counts> {
  const { rows } = await pool.query<Counts>(`
    with effects as (select count(*) as times from ${schema}.effects group by order_id, event_name),
    starts as (
      select count(*) as runs, count(*) filter (where fails) as failed from ${schema}.starts group by delivery_id),
    runs as (select *, lead(at) over (partition by delivery_id order by at) as next from ${schema}.starts),
    again as (
      select slow, next, (select min(at) from ${schema}.kills where server = runs.server and at >= runs.at) as killed
      from runs where next is not null and not fails),
    waits as (select extract(epoch from next - killed) * 1000 as ms from again where next > killed)
    select
      (select count(*) from effects)::int as effective,
      (select count(*) from effects where times > 1)::int as twice,
      (select sum(runs) from starts)::int as starts,
      (select sum(failed) from starts)::int as failed,
      (select sum(greatest(runs - failed - 1, 0)) from starts)::int as "startedAgain",
      (select count(*) from runs where slow)::int as slow,
      (select count(*) from again where slow and (killed is null or next < killed))::int as "slowTakenOver",
      (select coalesce(array_agg(ms::int order by ms), '{}') from waits) as waits`)
  const [counts] = rows
  if (!counts) throw new Error('an aggregate always has a row')
  return counts
}
