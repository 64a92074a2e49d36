/**
 * Checks that there is a secret to sign with. An empty text is one, since forgers sign with it.
 *
 * @param call How the caller was meant to be called, for the error.
 * @throws {TypeError} when it is not a string.
 */
export function checkSecret(secret: unknown, call: string): asserts secret is string {
  if (typeof secret === 'string') return
  throw new TypeError(
    `There is no secret to sign with: \`${call}\` needs the one that the receiver was created with. Any text will do in a test.`,
  )
}
