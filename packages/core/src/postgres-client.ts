/** What is used of pg: a Pool, a Client, or a client that a pool has lent. */
export interface PgClient {
  query(text: string, values?: string[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** What is used of postgres.js: `sql`, or the `sql` that `sql.begin()` hands over. */
export interface PostgresJsClient {
  unsafe(text: string, values?: string[]): PromiseLike<readonly unknown[]>
}

/** Runs one statement. Resolves to the column `state` of its first row. */
export type Run = (text: string, ...values: string[]) => Promise<unknown>

/**
 * Tells the clients apart by their shape.
 *
 * @throws {TypeError} when it is neither.
 */
export function runner(client: PgClient | PostgresJsClient): Run {
  const shape = client as Partial<PgClient & PostgresJsClient> | null | undefined // only looked at
  if (typeof shape?.unsafe === 'function') {
    // This is postgres.js: `unsafe` is its name for SQL in a string, whose values still go as parameters.
    const sql = client as PostgresJsClient
    return async (text, ...values) => stateOf(await sql.unsafe(text, values))
  }
  if (typeof shape?.query === 'function') {
    const pg = client as PgClient
    return async (text, ...values) => stateOf((await pg.query(text, values)).rows)
  }
  throw new TypeError(
    'A Postgres client is needed: a Pool or Client of pg (`new Pool({ connectionString })`), or the `sql` of postgres.js (`postgres(url)`).',
  )
}

function stateOf(rows: readonly unknown[] | undefined): unknown {
  const row = rows?.[0]
  return typeof row === 'object' && row !== null && 'state' in row ? row.state : undefined
}

/** Whether the database has answered with this error, so that the statement did nothing. Both clients keep the answer's fields. */
export function isAnswer(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'severity' in error
}

/** Whether the database has answered that there is no such table. */
export function isMissingTable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === '42P01'
}

/** @throws {TypeError} for what commits every statement by itself. */
export function checkTransaction(client: object): void {
  const { getTransactionStatus } = client as { getTransactionStatus?: unknown } // only looked at
  // A pool of pg counts its clients, and only the outermost `sql` of postgres.js can begin.
  if (
    'totalCount' in client ||
    'begin' in client ||
    (typeof getTransactionStatus === 'function' && getTransactionStatus.call(client) === 'I')
  ) {
    throw new TypeError(
      'completeIn needs the client of an open transaction: one from `pool.connect()` on which `BEGIN` has been awaited, or the `sql` that `sql.begin(async (sql) => …)` hands over.',
    )
  }
}
