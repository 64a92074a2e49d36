import type { Pool, PoolClient } from 'pg'

/**
 * Runs `work` in a transaction: everything it writes is committed together, or nothing if it throws.
 *
 * @throws {Error} What `work` threw, or that COMMIT rolled back because a statement had failed.
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
  client.on('error', note) // without a listener, a lost connection ends the process
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
    client.release(broken) // removes a broken connection from the pool
  }
}
