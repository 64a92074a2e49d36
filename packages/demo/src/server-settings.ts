import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

/** The secrets that Koywe and a server share, and the file in which that server looks up its users. */
export interface ServerSettings {
  /** Signs the deliveries. */
  readonly secret: string
  /** Sent by Koywe when it asks whether a user may operate. */
  readonly token: string
  /** Written before each question; the server reads it to answer. */
  readonly usersFile: string
}

/** Generates new secrets. `play` writes the users' file into `folder`. */
export function createServerSettings(folder: string): ServerSettings {
  const secret = randomBytes(32).toString('hex')
  const token = randomBytes(32).toString('hex')
  return { secret, token, usersFile: join(folder, 'users.json') }
}

/** The settings as environment variables of the examples. */
export function environmentOf({
  secret,
  token,
  usersFile,
}: ServerSettings): Record<string, string> {
  return { KOYWE_WEBHOOK_SECRET: secret, KOYWE_CALLBACK_TOKEN: token, USERS_FILE: usersFile }
}
