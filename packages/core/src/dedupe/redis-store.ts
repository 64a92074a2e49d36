import { randomUUID } from 'node:crypto'
import { checkOptions } from '../setup/options.js'
import {
  claimLost,
  type DedupeStore,
  type DedupeStoreOptions,
  dedupeDefaults,
  dedupeOptions,
} from './store.js'
import { isForgetAnswer, readInProgress, storedKey, storeTimes } from './stored-form.js'

/** The part of node-redis (version 4 and later) that we use: a client, a pool or a cluster. */
export interface NodeRedisClient {
  /** Runs a Lua script with its keys and arguments. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  sendCommand: unknown
}

/** The part of ioredis that we use: a client or a cluster. */
export interface IoRedisClient {
  /** Runs a Lua script with so many keys, and its arguments after them. */
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  defineCommand: unknown
}

/** Options of the Redis store. */
export interface RedisDedupeStoreOptions extends DedupeStoreOptions {
  /** Prefix of every key. Servers that share their memory need the same one. Default: `koywe:dedupe:`. */
  readonly prefix?: string
}

// A key holds "running <token>" until its lease ends, or "done <token>" until it is forgotten. Redis keeps the time.
// A client may resend a command after its connection broke, so each script gives the same claim the same answer.

const claimScript = `
local held = redis.call('GET', KEYS[1])
if not held then redis.call('SET', KEYS[1], 'running ' .. ARGV[1], 'PX', ARGV[2]) end
if not held or held == 'running ' .. ARGV[1] then return 'claimed' end
if string.sub(held, 1, 5) == 'done ' then return 'done' end
if string.sub(held, 1, 8) == 'running ' then return 'in_progress ' .. redis.call('PTTL', KEYS[1]) end
return 'foreign'`

// Takes an ended lease again if no one else has it: Redis may have been down for longer.
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

const forgetScript = `
local held = redis.call('GET', KEYS[1])
if not held then return 'unknown' end
if string.sub(held, 1, 8) == 'running ' then return 'in_progress' end
if string.sub(held, 1, 5) ~= 'done ' then return 'foreign' end
redis.call('DEL', KEYS[1])
return 'forgotten'`

/**
 * Creates a store that remembers events in Redis, so that all servers with the same Redis and `prefix` share one memory. Every
 * operation is one atomic round trip on one key, timed by Redis and never by a server's clock. Works with Redis, Valkey and clusters.
 *
 * - **Once.** An event that is done is not handled again, and never by two servers at once within a lease, which the receiver renews
 *   while listeners run. If the process dies after a listener's write but before `complete()`, the event runs again once the lease
 *   ends. Key your writes on `delivery.id` so that they do not count twice, or use the Postgres store with `completeIn`.
 * - **Nothing lost.** When Redis is down, slow or failing, the receiver answers 503 `store_unavailable` with Retry-After, starts no
 *   listener, and recovers by itself. A client that queues commands while offline makes each sender wait for `timeoutMs` first; with
 *   `disableOfflineQueue: true` (node-redis) or `enableOfflineQueue: false` (ioredis) the answer comes at once.
 * - **What Redis forgets** is handled again: after an eviction (use `maxmemory-policy noeviction`), a restart without persistence, or
 *   a failover to a lagging replica.
 *
 * @param client Your own connected client. Add a listener for its `error` event, or a lost connection ends the process.
 * @throws {TypeError} when the client is of another kind, or an option is wrong or unknown.
 *
 * @example
 * ```ts
 * import { createKoyweWebhooks } from '@x/koywe-core'
 * import { createRedisDedupeStore } from '@x/koywe-core/redis'
 * import { createClient } from 'redis'
 *
 * const client = createClient({ url: 'redis://127.0.0.1:6379' })
 * client.on('error', (error) => console.error(error))
 * await client.connect()
 * const dedupe = createRedisDedupeStore(client)
 * const webhooks = createKoyweWebhooks(process.env.KOYWE_WEBHOOK_SECRET ?? '', { dedupe })
 * ```
 */
export function createRedisDedupeStore(
  client: NodeRedisClient | IoRedisClient,
  options: RedisDedupeStoreOptions = {},
): Required<DedupeStore> {
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
        // The claim may have succeeded before the connection broke. Released, the sender's retry need not wait for the lease.
        release().catch(() => {})
        throw error
      })
      if (state === 'done') return { state }
      const held = readInProgress(state)
      if (held) return held
      if (state !== 'claimed') throw strange(state, name)
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
          // A pool may run an extension after this, which would revive the claim.
          extending?.then(release).catch(() => {})
          await release()
        },
      }
    },
    async forget(key) {
      const name = prefix + storedKey(key)
      const answer = await run(forgetScript, name)
      if (isForgetAnswer(answer)) return answer
      throw strange(answer, name)
    },
  }
}

/** The error for an answer that no script of ours gives to a key of ours. */
function strange(answer: string, name: string): Error {
  if (answer === 'foreign') {
    return new Error(
      `The key ${JSON.stringify(name)} in Redis is used for something else. Give the store its own \`prefix\`.`,
    )
  }
  return new TypeError(
    `The Redis client answered ${JSON.stringify(answer)}. Give the store a client without \`legacyMode\` or a wrapper.`,
  )
}

type Run = (script: string, key: string, ...values: string[]) => Promise<string>

/** Recognises the client by its shape and unifies `eval`. */
function runner(client: NodeRedisClient | IoRedisClient): Run {
  const shape = client as Partial<NodeRedisClient & IoRedisClient> | null | undefined // only inspected
  if (typeof shape?.eval === 'function') {
    if ('defineCommand' in client) {
      return async (script, key, ...values) => String(await client.eval(script, 1, key, ...values))
    }
    // Version 3 of node-redis, which has only callbacks, has `send_command`.
    if (typeof shape.sendCommand === 'function' && !('send_command' in client)) {
      return async (script, key, ...values) =>
        String(await client.eval(script, { keys: [key], arguments: values }))
    }
  }
  throw new TypeError(
    'createRedisDedupeStore needs a client of node-redis (version 4 or later), such as `createClient({ url })` after `await client.connect()`, or of ioredis.',
  )
}
