/** The headers that belong to the signature or describe the body. Those that hold credentials are never kept. */
const kept = [
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'koywe-signature',
]

/** Of a request's headers, those that are kept. */
export function keptHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of kept) {
    const value = headers[name]
    if (typeof value === 'string') found[name] = value
  }
  return found
}
