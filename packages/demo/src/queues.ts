import { randomUUID } from 'node:crypto'
import { engines } from '@x/koywe-testkit/engines'
import { removeKeys } from '@x/koywe-testkit/remove-keys'
import pg from 'pg'

/** An example with a queue. */
export interface Queue {
  /** Its folder in `examples/`. */
  readonly folder: string
  /** The engine that holds its queue, where it is installed. */
  readonly url: string | undefined
  /** Creates a namespace of its own there. */
  createSandbox(url: string): Promise<Sandbox>
}

/** A namespace for one drill, which removes it afterwards. */
export interface Sandbox {
  /** The environment in which the example uses it. */
  readonly env: NodeJS.ProcessEnv
  /** Makes the engine refuse some new jobs, and some of the worker's writes at commit. Called when the tables exist. */
  injectFaults(): Promise<void>
  remove(): Promise<void>
}

/** Every example with a queue. */
export const queues: readonly Queue[] = [
  { folder: 'express-bullmq', url: engines.redis, createSandbox: createPrefix },
  { folder: 'fastify-pg-boss', url: engines.postgres, createSandbox: createDatabase },
]

/** A prefix of its own in a Redis. */
export async function createPrefix(redisUrl: string): Promise<Sandbox> {
  const prefix = `drill-${randomUUID()}`
  return {
    env: { REDIS_URL: redisUrl, REDIS_PREFIX: prefix },
    // A write to Redis is one step: there is no commit to refuse.
    async injectFaults() {},
    remove: () => removeKeys(redisUrl, `${prefix}:`),
  }
}

/** Creates a database of its own in a PostgreSQL. */
export async function createDatabase(postgresUrl: string): Promise<Sandbox> {
  const name = `drill_${randomUUID().replaceAll('-', '')}`
  await run(postgresUrl, `create database ${name}`)
  const url = new URL(postgresUrl)
  url.pathname = name
  return {
    env: { DATABASE_URL: url.href },
    injectFaults: () => run(url.href, faults),
    remove: () => run(postgresUrl, `drop database ${name} with (force)`),
  }
}

/** Every tenth job is refused, and every tenth commit of an effect. A rollback does not set a sequence back. */
const faults = `
  create sequence attempts;
  create function fail_sometimes() returns trigger language plpgsql as $$
  begin
    if nextval('attempts') % 10 = 3 then raise exception 'refused by the drill'; end if;
    return null;
  end $$;
  create trigger fail_sometimes after insert on pgboss.job
    for each row when (new.state = 'created') execute function fail_sometimes();
  create constraint trigger fail_sometimes after insert on koywe_example_events
    deferrable initially deferred for each row execute function fail_sometimes()`

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
