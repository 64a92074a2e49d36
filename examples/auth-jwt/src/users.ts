import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import initSqlJs from 'sql.js'

/** The users' table, in an SQLite database inside this process. */
export interface Users {
  mayOperate(email: string): boolean
  add(email: string, verified: boolean): void
  close(): void
}

/** @param file Where the database is read from, and saved on `close`. Default: in memory only. */
export async function openUsers(file?: string): Promise<Users> {
  const { Database } = await initSqlJs()
  const database = new Database(file && existsSync(file) ? readFileSync(file) : undefined)
  database.run(
    'CREATE TABLE IF NOT EXISTS users (email TEXT PRIMARY KEY, verified INTEGER NOT NULL)',
  )
  return {
    mayOperate(email) {
      const sql = 'SELECT 1 FROM users WHERE email = ? AND verified = 1'
      return database.exec(sql, [email]).length === 1 // a literal true or false, never the row
    },
    add(email, verified) {
      database.run('INSERT OR REPLACE INTO users VALUES (?, ?)', [email, verified ? 1 : 0])
    },
    close() {
      if (file) writeFileSync(file, database.export())
      database.close()
    },
  }
}
