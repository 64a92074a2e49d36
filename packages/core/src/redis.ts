export {
  createRedisDedupeStore,
  type IoRedisClient,
  type NodeRedisClient,
  type RedisDedupeStoreOptions,
} from './dedupe/redis-store.js'
