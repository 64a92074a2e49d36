import { readFile } from 'node:fs/promises'
import { Injectable } from '@nestjs/common'

@Injectable()
export class UsersService {
  /** Stand-in for a query to your database. */
  async mayOperate(email: string): Promise<boolean> {
    const { USERS_FILE = 'users.json' } = process.env
    const users: unknown[] = JSON.parse(await readFile(USERS_FILE, 'utf8'))
    return users.includes(email)
  }
}
