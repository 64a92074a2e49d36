/** An email as it is shown: `m…@example.com`. Of another name of a user, the first character. */
export function shortenedEmail(email: string): string {
  const at = email.lastIndexOf('@')
  return `${email.slice(0, 1)}…${at > 0 ? email.slice(at) : ''}`
}
