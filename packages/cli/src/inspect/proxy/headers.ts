/** Names that concern one connection only (RFC 9110, 7.6.1), so a proxy does not pass them on. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Raw headers without those of the connection, and else exactly as they came: their case, their order, and repeated ones. */
export function endToEnd(
  rawHeaders: readonly string[],
  connection: string | undefined,
): readonly (readonly [string, string])[] {
  const named = (connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  const dropped = new Set([...hopByHop, ...named])
  const pairs: (readonly [string, string])[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    if (!dropped.has(name.toLowerCase())) pairs.push([name, value])
  }
  return pairs
}
