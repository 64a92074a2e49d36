import type { Pool, PoolClient } from 'pg'

/**
 * Runs `work` in a transaction: all that it writes is committed together, or nothing when it throws.
 *
 * @throws {Error} what `work` threw; or when the transaction was rolled back because one of its statements had failed.
 */
export async function inTransaction(
  pool: Pool,
  work: (client: PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect()
  let broken: Error | undefined
  const note = (error: Error): void => {
    broken = error
  }
  client.on('error', note) // a lost connection that nobody listens for ends the process
  try {
    await client.query('begin')
    await work(client)
    const { command } = await client.query('commit')
    if (command !== 'COMMIT') throw new Error('Rolled back: a statement of the transaction failed.')
  } catch (error) {
    await client.query('rollback').catch(note)
    throw error
  } finally {
    client.off('error', note)
    client.release(broken) // a broken connection is not used again
  }
}
