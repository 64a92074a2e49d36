import { createPostgresDedupeStore } from '@x/koywe-core/postgres'
import pg from 'pg'

// npm run forget <delivery id>: its next delivery, such as one by `koywe replay`, is handled again.
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
console.log(await createPostgresDedupeStore(pool).forget(process.argv[2] ?? ''))
await pool.end()
