/** What is used of pg: a Pool, a Client, or a client that a pool has lent. */
export interface PgClient {
  query(text: string, values?: string[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** What is used of postgres.js: `sql`, or the `sql` that `sql.begin()` hands over. */
export interface PostgresJsClient {
  unsafe(text: string, values?: string[]): PromiseLike<readonly unknown[]>
}

/** Runs one statement. Resolves to the only column of its first row. */
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
    return async (text, ...values) => columnOf(await sql.unsafe(text, values))
  }
  if (typeof shape?.query === 'function') {
    const pg = client as PgClient
    return async (text, ...values) => columnOf((await pg.query(text, values)).rows)
  }
  throw new TypeError(
    'A Postgres client is needed: a Pool or Client of pg (`new Pool({ connectionString })`), or the `sql` of postgres.js (`postgres(url)`).',
  )
}

/** Whatever the column is called: a client may have been told to rename it. */
function columnOf(rows: readonly unknown[] | undefined): unknown {
  return Object.values(rows?.[0] ?? {})[0]
}

/** Whether the database has answered with this error, so that the statement did nothing. Both clients keep the answer's fields. */
export function isAnswer(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'severity' in error
}

/** Whether the database has answered that there is no such table. */
export function isMissingTable(error: unknown): boolean {
  return codeOf(error) === '42P01'
}

/** Whether another transaction was in the way, so that the same statement may go through now: a serialization failure or a deadlock. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(String(codeOf(error)))
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
