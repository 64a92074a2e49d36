import { randomUUID } from 'node:crypto'
import { describeWithServer } from '@x/koywe-testkit/describe-with-server'
import { engines } from '@x/koywe-testkit/engines'
import { removeKeys } from '@x/koywe-testkit/remove-keys'
import { Redis } from 'ioredis'
import { createClient, createClientPool } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createRedisDedupeStore,
  type IoRedisClient,
  type NodeRedisClient,
  type RedisDedupeStoreOptions,
} from '../../src/redis.js'
import { claimed, describeStore, type MakeStores } from './store-suite.js'

describeWithServer('Redis', engines.redis, (redisUrl) => {
  const nodeRedis = [createClient({ url: redisUrl }), createClient({ url: redisUrl })] as const
  const pool = createClientPool({ url: redisUrl }, { acquireTimeout: 20_000 })
  const ioRedis = [0, 1].map(() => new Redis(redisUrl, { lazyConnect: true }))
  const [admin] = nodeRedis
  const prefix = `koywe-test:${randomUUID()}:`
  let made = 0

  beforeAll(async () => {
    await Promise.all([...nodeRedis, pool, ...ioRedis].map((client) => client.connect()))
  })
  afterAll(async () => {
    await removeKeys(redisUrl, prefix)
    await Promise.all([...nodeRedis, pool].map((client) => client.close()))
    for (const client of ioRedis) client.disconnect()
  })

  const pair = (one: NodeRedisClient | IoRedisClient, other = one): MakeStores => {
    const own = `${prefix}${made++}:`
    return (options, otherOptions = options) => [
      createRedisDedupeStore(one, { ...options, prefix: own }),
      createRedisDedupeStore(other, { ...otherOptions, prefix: own }),
    ]
  }
  describeStore('the Redis store, node-redis', pair(...nodeRedis))
  describeStore('the Redis store, a pool of node-redis', pair(pool))
  const [one, other] = ioRedis
  if (one && other) {
    describeStore('the Redis store, ioredis', pair(one, other))
    describeStore(
      'the Redis store, a server with node-redis and one with ioredis',
      pair(admin, one),
    )
  }

  describe('the Redis store', () => {
    const store = (options: RedisDedupeStoreOptions) =>
      createRedisDedupeStore(admin, { prefix, ...options })

    it('lets Redis forget: every key expires after its lease, then after its retention time', async () => {
      const key = randomUUID()
      const claim = await claimed(store({ leaseMs: 60_000, ttlMs: 3_600_000 }), key)
      expect(await admin.pTTL(prefix + key)).toSatisfy((ms: number) => ms > 50_000 && ms <= 60_000)
      await claim.complete()
      expect(await admin.pTTL(prefix + key)).toSatisfy(
        (ms: number) => ms > 3_500_000 && ms <= 3_600_000,
      )
      const released = randomUUID()
      await (await claimed(store({}), released)).release()
      expect(await admin.exists(prefix + released)).toBe(0)
    })

    it('accepts fractions of a millisecond', async () => {
      const claim = await claimed(store({ leaseMs: 0.5, ttlMs: 60_000.5 }), randomUUID())
      await claim.complete()
    })

    it('separates memories with different prefixes', async () => {
      const key = randomUUID()
      await claimed(store({ prefix: `${prefix}a:` }), key)
      await claimed(store({ prefix: `${prefix}b:` }), key)
    })

    it('rejects instead of overwriting a key that something else uses', async () => {
      const [text, list] = [randomUUID(), randomUUID()]
      await admin.set(prefix + text, 'a text of yours')
      await admin.rPush(prefix + list, 'a list of yours')
      await expect(store({}).claim(text)).rejects.toThrow('used for something else')
      await expect(store({}).claim(list)).rejects.toThrow('WRONGTYPE')
      expect(await admin.get(prefix + text)).toBe('a text of yours')
    })

    it('says so when a client does not return answers', async () => {
      const mute = { eval: async () => undefined, sendCommand() {} }
      await expect(createRedisDedupeStore(mute).claim('key')).rejects.toThrow('legacyMode')
    })

    it('refuses unknown kinds of clients and options out of range at once', () => {
      for (const wrong of [undefined, null, {}, { eval() {} }, { sendCommand() {} }]) {
        expect(() => createRedisDedupeStore(wrong as never)).toThrow(TypeError)
      }
      const callbacksOnly = { eval() {}, sendCommand() {}, send_command() {} }
      expect(() => createRedisDedupeStore(callbacksOnly as never)).toThrow(/node-redis/)
      expect(() => store({ leaseMs: Number.POSITIVE_INFINITY })).toThrow(/leaseMs/)
      expect(() => store({ prefix: 7 as never })).toThrow(/prefix/)
    })

    it('refuses an unknown option and names the nearest', () => {
      expect(() => store({ prefx: 'a' } as never)).toThrow(
        new TypeError('Unknown option `prefx` of createRedisDedupeStore; did you mean `prefix`?'),
      )
      expect(() => createRedisDedupeStore(admin, 'koywe:' as never)).toThrow(
        'The options of createRedisDedupeStore must be an object, not a string.',
      )
    })

    it('gives an extended lease its full time again, in Redis itself', async () => {
      const key = randomUUID()
      const claim = await claimed(store({ leaseMs: 60_000 }), key)
      await admin.pExpire(prefix + key, 1000)
      await claim.extend?.()
      expect(await admin.pTTL(prefix + key)).toSatisfy((ms: number) => ms > 50_000 && ms <= 60_000)
      await admin.persist(prefix + key)
      expect(await store({}).claim(key)).toEqual({ state: 'in_progress' })
    })
  })
})
