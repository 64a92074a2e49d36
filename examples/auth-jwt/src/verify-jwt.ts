import { jwtVerify } from 'jose'

/** What a JWT from Koywe must match. */
export interface JwtSettings {
  readonly secret: string
  readonly issuer: string
  readonly audience: string
}

/**
 * Creates the check for `bearer`. Algorithm, issuer and audience are pinned: a token's own header must not choose the
 * algorithm, and a token from or for someone else is refused. So is a token without an expiry.
 *
 * @throws {TypeError} when a setting is blank.
 */
export function verifyJwt({ secret, issuer, audience }: JwtSettings) {
  if ([secret, issuer, audience].some((setting) => setting.trim() === '')) {
    throw new TypeError('KOYWE_JWT_SECRET, KOYWE_JWT_ISSUER and KOYWE_JWT_AUDIENCE must be set.')
  }
  // For a public key: createRemoteJWKSet(new URL('https://…/jwks.json')) here, and 'RS256' or 'ES256' below.
  const key = new TextEncoder().encode(secret)

  return async (token: string): Promise<true> => {
    await jwtVerify(token, key, {
      algorithms: ['HS256'],
      issuer,
      audience,
      requiredClaims: ['exp'],
    })
    return true // jwtVerify throws for every token it does not accept
  }
}
