/** The statements of the Postgres store. Each returns at most one row with one column. */
export interface PostgresStatements {
  /** Key, token, lease in ms → `claimed`, `done`, or `in_progress` followed by the milliseconds that are left of the lease. */
  readonly claim: string
  /** Key, token, lease in ms → `held`, or `lost` to another claim. A transaction that holds the row keeps others out like a lease. */
  readonly extend: string
  /** Key, token, retention in ms → `done`, `lost` to another claim, or `busy` when a transaction holds this claim's row. */
  readonly complete: string
  /** The id of the current transaction, as text; a different one each time outside of a transaction. */
  readonly transaction: string
  /**
   * Key, token, retention in ms, transaction → `done`, `lost`, or `outside` of that transaction. Waits only for a claim that is
   * taking the row over and for an extension that is being written.
   */
  readonly completeIn: string
  /** Key, token → `done` when that token's completion is committed; not inside the transaction that wrote it. */
  readonly isDone: string
  /** Key, token → nothing, `done` when that token's completion is committed, or `locked` when an open transaction holds the row. */
  readonly release: string
  /** Key → `forgotten`, `in_progress` when a claim or an open transaction holds the row, or `unknown`. */
  readonly forget: string
  /** Deletes rows that expired more than a day ago, at most 10,000. */
  readonly cleanUp: string
}

/**
 * Creates the store's statements for a table. Only `completeIn` waits for an open transaction: the others just read a row, or take
 * it with `skip locked`. Nor is `done` trusted when read inside a transaction that has written: it means that a listener returned
 * its client to the pool without committing.
 *
 * @throws {TypeError} when `table` is not a plain name.
 */
export function createStatements(table: string): PostgresStatements {
  const { quoted } = quoteTable(table)
  const after = (ms: string): string => `now() + ${ms}::float8 * interval '1 millisecond'`
  const mine = 'key = $1 and token = $2::uuid'

  return {
    // Of two claims that find no row, one inserts it; of two that find an expired row, one locks it. A row that is locked
    // already belongs to an owner whose transaction is still open after its lease and may yet commit.
    claim: `
with seen as (select done, until > now() as live, until from ${quoted} where key = $1),
expired as (select key from ${quoted} where key = $1 and until <= now() for update skip locked),
taken as (
  update ${quoted} as held set token = $2::uuid, done = false, until = ${after('$3')}
  from expired where held.key = expired.key returning held.key),
inserted as (
  insert into ${quoted} (key, token, done, until)
  select $1, $2::uuid, false, ${after('$3')} where not exists (select from seen)
  on conflict (key) do nothing returning key)
select case
  when exists (select from taken) or exists (select from inserted) then 'claimed'
  when exists (select from seen where done and live) and txid_current_if_assigned() is null then 'done'
  else concat_ws(' ', 'in_progress', (
    select ceil(extract(epoch from until - now()) * 1000)::bigint from seen where live and not done)) end as state`,

    extend: `
with free as (select key from ${quoted} where ${mine} and not done for update skip locked),
extended as (
  update ${quoted} as held set until = ${after('$3')} from free where held.key = free.key returning held.key)
select case
  when exists (select from extended) or exists (select from ${quoted} where ${mine}) then 'held'
  else 'lost' end as state`,

    complete: `
with seen as (select ${mine} as own from ${quoted} where key = $1),
free as (
  select key from ${quoted} where key = $1 and (token = $2::uuid or until <= now()) for update skip locked),
noted as (
  update ${quoted} as held set token = $2::uuid, done = true, until = ${after('$3')}
  from free where held.key = free.key returning held.key),
inserted as (
  insert into ${quoted} (key, token, done, until)
  select $1, $2::uuid, true, ${after('$3')} where not exists (select from seen)
  on conflict (key) do nothing returning key)
select case
  when exists (select from noted) or exists (select from inserted) then 'done'
  when exists (select from seen where own) then 'busy'
  else 'lost' end as state`,

    transaction: 'select txid_current()::text as transaction',

    completeIn: `
with noted as (
  update ${quoted} set done = true, until = ${after('$3')} where ${mine} and txid_current()::text = $4 returning key)
select case
  when exists (select from noted) then 'done'
  when txid_current()::text <> $4 then 'outside'
  else 'lost' end as state`,

    isDone: `select 'done' as state from ${quoted} where ${mine} and done and txid_current_if_assigned() is null`,

    release: `
with free as (select key from ${quoted} where ${mine} and not done for update skip locked),
released as (delete from ${quoted} as held using free where held.key = free.key returning held.key)
select case when done and txid_current_if_assigned() is null then 'done' else 'locked' end as state from ${quoted}
where ${mine} and not exists (select from released)`,

    forget: `
with seen as (select key from ${quoted} where key = $1),
free as (select key, done, until > now() as live from ${quoted} where key = $1 for update skip locked),
forgotten as (
  delete from ${quoted} as held using free where held.key = free.key and free.done and free.live returning held.key)
select case
  when exists (select from forgotten) then 'forgotten'
  when exists (select from free where live) or exists (select from seen) and not exists (select from free) then 'in_progress'
  else 'unknown' end as state`,

    cleanUp: `
with old as (
  select key from ${quoted} where until < now() - interval '1 day' order by until limit 10000 for update skip locked)
delete from ${quoted} as held using old where held.key = old.key`,
  }
}

/** A name that needs no escaping in double quotes, and short enough for the index named after it. */
const plainName = /^[A-Za-z_][A-Za-z0-9_$]{0,55}$/

/**
 * Quotes a table's name and names its index.
 *
 * @throws {TypeError} when it is not `name` or `schema.name` in plain characters.
 */
export function quoteTable(table: string): { readonly quoted: string; readonly index: string } {
  const parts = typeof table === 'string' ? table.split('.') : []
  const [name] = parts.slice(-1)
  if (name === undefined || parts.length > 2 || !parts.every((part) => plainName.test(part))) {
    throw new TypeError(
      '`table` must be `name` or `schema.name`, each of at most 56 letters, digits, _ and $.',
    )
  }
  return { quoted: parts.map((part) => `"${part}"`).join('.'), index: `"${name}_until"` }
}
