/** The part of pg that we use: a Pool, a Client, or a client checked out of a pool. */
export interface PgClient {
  /** Runs a statement with its parameters. */
  query(text: string, values?: string[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** The part of postgres.js that we use: `sql`, or the `sql` that `sql.begin()` passes in. */
export interface PostgresJsClient {
  /** Runs a statement, written as a string, with its parameters. */
  unsafe(text: string, values?: string[]): PromiseLike<readonly unknown[]>
}

/** Runs one statement. Resolves to the only column of its first row. */
export type Run = (text: string, ...values: string[]) => Promise<unknown>

/**
 * Recognises the client by its shape.
 *
 * @throws {TypeError} when it is neither kind.
 */
export function runner(client: PgClient | PostgresJsClient): Run {
  const shape = client as Partial<PgClient & PostgresJsClient> | null | undefined // only inspected
  if (typeof shape?.unsafe === 'function') {
    // postgres.js: `unsafe` takes SQL as a string; values are still sent as parameters.
    const sql = client as PostgresJsClient
    return async (text, ...values) => columnOf(await sql.unsafe(text, values))
  }
  if (typeof shape?.query === 'function') {
    const pg = client as PgClient
    return async (text, ...values) => columnOf((await pg.query(text, values)).rows)
  }
  throw new TypeError(
    'Not a Postgres client. Pass a Pool or Client of pg (`new Pool({ connectionString })`), or the `sql` of postgres.js (`postgres(url)`).',
  )
}

/** Whatever the column's name is: a client may be configured to rename it. */
function columnOf(rows: readonly unknown[] | undefined): unknown {
  return Object.values(rows?.[0] ?? {})[0]
}

/** Whether this error is the database's answer, so that the statement did nothing. Both clients keep the answer's fields. */
export function isAnswer(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'severity' in error
}

/** Whether the database answered that the table does not exist. */
export function isMissingTable(error: unknown): boolean {
  return codeOf(error) === '42P01'
}

/** Whether another transaction interfered (serialization failure or deadlock), so that a second attempt may succeed. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(String(codeOf(error)))
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
