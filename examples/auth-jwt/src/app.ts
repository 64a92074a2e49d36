import { bearer, koyweAuthCallback, type Logger } from '@x/koywe-express'
import express, { type Express } from 'express'
import type { Users } from './users.js'
import { type JwtSettings, verifyJwt } from './verify-jwt.js'

/** The app: Koywe sends a JWT, the database knows the users. */
export function createApp(
  jwt: JwtSettings,
  users: Users,
  logger: Logger | false = console,
): Express {
  const authCallback = koyweAuthCallback({
    auth: bearer(verifyJwt(jwt)),
    isAllowed: ({ email }) => users.mayOperate(email),
    logger,
  })
  return express().post('/koywe/auth', authCallback)
}
