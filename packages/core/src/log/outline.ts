/** How many places of a stack to include. */
const mostPlaces = 5

/** How many errors of a chain of causes to include. */
const mostCauses = 3

/**
 * Describes on one line what was thrown and where, without anything that a user or a caller may have sent: the error's class, its
 * `code` if it looks like one, and the places of its stack; never its message or its `name`. Never throws.
 */
export function outlineOf(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error))
      return thrown === null ? 'null' : `a value of type ${typeof thrown}`
    return chainOf(thrown).map(outlineOfError).join(', caused by ')
  } catch {
    // A revoked proxy, or a getter that throws.
    return 'a value that cannot be read'
  }
}

function outlineOfError(error: Error): string {
  const code = 'code' in error && isCode(error.code) ? ` (${error.code})` : ''
  return [classOf(error) + code, ...placesOf(error)].join(' at ')
}

function chainOf(thrown: Error): readonly Error[] {
  const chain = [thrown]
  for (
    let { cause } = thrown;
    cause instanceof Error && chain.length < mostCauses;
    { cause } = cause
  ) {
    chain.push(cause)
  }
  return chain
}

/** The constructor's name comes from code; the error's own `name` may be anything. */
function classOf(error: Error): string {
  const made: unknown = Object.getPrototypeOf(error)?.constructor
  const name: unknown = typeof made === 'function' ? made.name : undefined
  return typeof name === 'string' && /^[A-Za-z_$][\w$]{0,60}$/.test(name) ? name : 'Error'
}

/** Codes of Node and most libraries, such as ECONNREFUSED and ERR_HTTP2_ERROR, and SQLSTATE, such as 23505: keys and tokens mix digits in. */
function isCode(code: unknown): code is string {
  return (
    typeof code === 'string' &&
    /^(ERR_[A-Z0-9_]{2,40}|[A-Z]{2,20}(_[A-Z]{1,20}){0,4}|[0-9A-Z]{5})$/.test(code)
  )
}

/** The places of a stack. Its message comes first and may look like a place, so only what follows the message counts. */
function placesOf({ stack, message }: Error): readonly string[] {
  if (typeof stack !== 'string' || typeof message !== 'string') return []
  const header = stack.indexOf(message)
  if (header < 0) return []
  const start = header + message.length
  return stack
    .slice(start, start + 10_000)
    .split('\n')
    .flatMap((line) => placeOf(line) ?? [])
    .slice(0, mostPlaces)
}

const ofNode = /(?<=[ (])node:[\w/]+:\d+:\d+(?=\)?$)/
const ofFile = /(?<=[ (/\\])(?:file:\/\/)?[\w./\\-]+\.[cm]?[jt]sx?:\d+:\d+(?=\)?$)/

/** A frame's file with line and column, without the function's name and any folders before an unusual character. */
function placeOf(line: string): string | undefined {
  if (line.length > 500 || !line.startsWith('    at ')) return undefined
  return (ofNode.exec(line) ?? ofFile.exec(line))?.[0]
}
