import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

/** What Koywe and a server have agreed upon, and where that server looks for its users. */
export interface Agreement {
  /** What the deliveries are signed with. */
  readonly secret: string
  /** What Koywe shows when it asks whether a user may operate. */
  readonly token: string
  /** Written by the play: the server reads it for each question. */
  readonly usersFile: string
}

/** Makes up new secrets. The users' file is put into `folder` by the play. */
export function makeAgreement(folder: string): Agreement {
  const secret = randomBytes(32).toString('hex')
  const token = randomBytes(32).toString('hex')
  return { secret, token, usersFile: join(folder, 'users.json') }
}

/** The agreement as the examples expect it in their environment. */
export function environmentOf({ secret, token, usersFile }: Agreement): Record<string, string> {
  return { KOYWE_WEBHOOK_SECRET: secret, KOYWE_CALLBACK_TOKEN: token, USERS_FILE: usersFile }
}
