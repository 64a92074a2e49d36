/** The headers that belong to the signature or describe the body. Those that hold credentials are never kept. */
export const keptHeaders = [
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'koywe-signature',
] as const

/** Of a request's headers, by their names in lower case, those that are kept. */
export function pickHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of keptHeaders) {
    const value = headers[name]
    if (typeof value === 'string') found[name] = value
  }
  return found
}
