import { randomUUID } from 'node:crypto'
import { postgresUrl, redisUrl } from '@x/koywe-testkit/engines'
import { removeKeys } from '@x/koywe-testkit/remove-keys'
import pg from 'pg'

/** An example with a queue. */
export interface Queue {
  /** Its folder in `examples/`. */
  readonly folder: string
  /** The engine that holds its queue. */
  readonly url: string
  /** Makes a place of its own there. */
  makePlace(): Promise<Place>
}

/** Where a drill leaves nothing behind and meets nobody. */
export interface Place {
  /** The environment in which the example uses it. */
  readonly env: NodeJS.ProcessEnv
  /** Makes the engine refuse some new jobs, and some of the worker's writes at the last moment. Called when the tables are there. */
  makeTrouble(): Promise<void>
  remove(): Promise<void>
}

/** Every example with a queue. */
export const queues: readonly Queue[] = [
  { folder: 'express-bullmq', url: redisUrl, makePlace: makePrefix },
  { folder: 'fastify-pg-boss', url: postgresUrl, makePlace: makeDatabase },
]

async function makePrefix(): Promise<Place> {
  const prefix = `drill-${randomUUID()}`
  return {
    env: { REDIS_URL: redisUrl, REDIS_PREFIX: prefix },
    // Here a write is one step, which has no last moment.
    async makeTrouble() {},
    remove: () => removeKeys(redisUrl, `${prefix}:`),
  }
}

async function makeDatabase(): Promise<Place> {
  const name = `drill_${randomUUID().replaceAll('-', '')}`
  await run(postgresUrl, `create database ${name}`)
  const url = new URL(postgresUrl)
  url.pathname = name
  return {
    env: { DATABASE_URL: url.href },
    makeTrouble: () => run(url.href, trouble),
    remove: () => run(postgresUrl, `drop database ${name} with (force)`),
  }
}

/** Every tenth job is refused, and every tenth commit of an effect. A rollback does not set a sequence back. */
const trouble = `
  create sequence attempts;
  create function fail_sometimes() returns trigger language plpgsql as $$
  begin
    if nextval('attempts') % 10 = 3 then raise exception 'refused by the drill'; end if;
    return null;
  end $$;
  create trigger fail_sometimes after insert on pgboss.job
    for each row when (new.state = 'created') execute function fail_sometimes();
  create constraint trigger fail_sometimes after insert on events
    deferrable initially deferred for each row execute function fail_sometimes()`

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
