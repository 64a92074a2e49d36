export { completeIn } from './dedupe/postgres-claim.js'
export type { PgClient, PostgresJsClient } from './dedupe/postgres-client.js'
export {
  createPostgresDedupeStore,
  koyweDedupeTable,
  migrateKoyweDedupe,
  type PostgresDedupeStoreOptions,
  type PostgresTableOptions,
} from './dedupe/postgres-store.js'
