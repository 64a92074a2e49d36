import { randomUUID } from 'node:crypto'
import { checkOptions } from '../setup/options.js'
import {
  claimLost,
  type DedupeStore,
  type DedupeStoreOptions,
  dedupeDefaults,
  dedupeOptions,
} from './store.js'
import { readInProgress, storedKey, storeTimes } from './stored-form.js'

/** What is used of node-redis (version 4 and later): a client, a pool or a cluster. */
export interface NodeRedisClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  sendCommand: unknown
}

/** What is used of ioredis: a client or a cluster. */
export interface IoRedisClient {
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  defineCommand: unknown
}

/** Options of the Redis store. */
export interface RedisDedupeStoreOptions extends DedupeStoreOptions {
  /** What every key begins with. Servers that share their memory need the same. Default: `koywe:dedupe:`. */
  readonly prefix?: string
}

// One key holds "running <token>" until its lease ends or "done <token>" until it is forgotten. Redis keeps the time.
// A client may send a command again when its connection broke, so each script gives the same claim the same answer.

const claimScript = `
local held = redis.call('GET', KEYS[1])
if not held then redis.call('SET', KEYS[1], 'running ' .. ARGV[1], 'PX', ARGV[2]) end
if not held or held == 'running ' .. ARGV[1] then return 'claimed' end
if string.sub(held, 1, 5) == 'done ' then return 'done' end
if string.sub(held, 1, 8) == 'running ' then return 'in_progress ' .. redis.call('PTTL', KEYS[1]) end
return 'foreign'`

// A lease that ended is taken again where nobody else has it: Redis may have been away for longer.
const extendScript = `
local held = redis.call('GET', KEYS[1])
if held == 'done ' .. ARGV[1] then return 'held' end
if held and held ~= 'running ' .. ARGV[1] then return 'lost' end
redis.call('SET', KEYS[1], 'running ' .. ARGV[1], 'PX', ARGV[2])
return 'held'`

const completeScript = `
local held = redis.call('GET', KEYS[1])
if held and held ~= 'running ' .. ARGV[1] and held ~= 'done ' .. ARGV[1] then return 'lost' end
redis.call('SET', KEYS[1], 'done ' .. ARGV[1], 'PX', ARGV[2])
return 'done'`

const releaseScript = `
if redis.call('GET', KEYS[1]) == 'running ' .. ARGV[1] then redis.call('DEL', KEYS[1]) end
return 'released'`

/**
 * Remembers events in Redis, so that all servers with the same Redis and `prefix` share one memory. Every operation is one
 * atomic round trip on one key, timed by Redis and never by a server's clock. Works with Redis, Valkey and a cluster.
 *
 * - **Once.** An event that Redis remembers as done is not handled again, and never by two servers at once within a lease, which the
 *   receiver renews while the listeners run. If the process dies after a listener's write but before `complete()`, the event runs
 *   again once the lease ends. Key your writes on `delivery.id` so that they do not count twice, or use the Postgres store with
 *   `completeIn`.
 * - **Nothing lost.** When Redis is down, slow or failing, the receiver answers 503 `store_unavailable` with Retry-After, starts no
 *   listener and recovers by itself. A client that queues commands while it is offline lets each sender wait for `timeoutMs` first:
 *   `disableOfflineQueue: true` (node-redis) or `enableOfflineQueue: false` (ioredis) answer at once.
 * - **What Redis forgets** is handled again: an eviction (use `maxmemory-policy noeviction`), a restart without persistence, or
 *   a failover to a replica that lags.
 *
 * @param client Your own connected client. Give it a listener for its `error` event, or a lost connection ends the process.
 * @throws {TypeError} when the client is of another kind or an option is wrong.
 */
export function createRedisDedupeStore(
  client: NodeRedisClient | IoRedisClient,
  options: RedisDedupeStoreOptions = {},
): DedupeStore {
  checkOptions(options, [...dedupeOptions, 'prefix'], 'createRedisDedupeStore')
  const { prefix = 'koywe:dedupe:', leaseMs = dedupeDefaults.leaseMs } = options
  if (typeof prefix !== 'string') throw new TypeError('`prefix` must be a string.')
  const { lease, ttl } = storeTimes(options)
  const run = runner(client)

  return {
    async claim(key) {
      const name = prefix + storedKey(key)
      const token = randomUUID()
      const release = async (): Promise<void> => {
        await run(releaseScript, name, token)
      }

      const state = await run(claimScript, name, token, lease).catch((error: unknown) => {
        // Redis may have claimed it before the connection broke; then the sender's retry need not wait for the lease.
        release().catch(() => {})
        throw error
      })
      if (state === 'done') return { state }
      const held = readInProgress(state)
      if (held) return held
      if (state === 'foreign') {
        throw new Error(
          `The key ${JSON.stringify(name)} in Redis holds something else. Give the store a \`prefix\` of its own.`,
        )
      }
      if (state !== 'claimed') {
        throw new TypeError(
          `The Redis client answered ${JSON.stringify(state)}. Give the store a client without \`legacyMode\` or a wrapper.`,
        )
      }
      let ended = false
      let extending: Promise<void> | undefined
      return {
        state,
        leaseMs,
        async extend() {
          if (ended) return
          const extended = run(extendScript, name, token, lease)
          extending = extended.then(
            () => {},
            () => {},
          )
          if ((await extended) !== 'held' && !ended) throw claimLost(leaseMs)
        },
        async complete() {
          ended = true
          if ((await run(completeScript, name, token, ttl)) !== 'done') throw claimLost(leaseMs)
        },
        async release() {
          ended = true
          // A pool may run an extension after this, which would bring the claim back.
          extending?.then(release).catch(() => {})
          await release()
        },
      }
    },
  }
}

type Run = (script: string, key: string, ...values: string[]) => Promise<string>

/** Tells the clients apart by their shape and makes their `eval` look alike. */
function runner(client: NodeRedisClient | IoRedisClient): Run {
  const shape = client as Partial<NodeRedisClient & IoRedisClient> | null | undefined // only looked at
  if (typeof shape?.eval === 'function') {
    if ('defineCommand' in client) {
      return async (script, key, ...values) => String(await client.eval(script, 1, key, ...values))
    }
    // Version 3 of node-redis, which knows only callbacks, has `send_command`.
    if (typeof shape.sendCommand === 'function' && !('send_command' in client)) {
      return async (script, key, ...values) =>
        String(await client.eval(script, { keys: [key], arguments: values }))
    }
  }
  throw new TypeError(
    'createRedisDedupeStore needs a client of node-redis (version 4 or later), such as `createClient({ url })` after `await client.connect()`, or of ioredis.',
  )
}
