import pg from 'pg'

const { DATABASE_URL = 'postgres://postgres@127.0.0.1:5432/postgres' } = process.env

/** Opens the database and creates the tables if they do not exist. Their names start with `koywe_example_`, as no table of yours does. */
export async function openDatabase(): Promise<pg.Pool> {
  const pool = new pg.Pool({
    connectionString: DATABASE_URL,
    connectionTimeoutMillis: 4000,
    idle_in_transaction_session_timeout: 10_000, // a process that hangs in a transaction must not block the others
  })
  pool.on('error', ({ message }) => console.error(`database: ${message}`))
  await pool.query(`
    select pg_advisory_xact_lock(hashtext('koywe_example')); -- the server and the worker may start together
    create table if not exists koywe_example_events (delivery_id text primary key, order_id text not null);
    create table if not exists koywe_example_orders (id text primary key, latest jsonb not null, applied int not null)`)
  return pool
}
