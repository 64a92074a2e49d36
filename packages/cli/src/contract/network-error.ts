import { CliError, exitCodes, usageError } from './exit.js'

const causes: Readonly<Record<string, readonly [code: string, what: string, hint: string]>> = {
  ECONNREFUSED: [
    'refused',
    'nothing listens on HOST',
    'Is your server running, and is the port right?',
  ],
  ENOTFOUND: ['unknown_host', 'there is no host ORIGIN', 'Check the name in the URL.'],
  EAI_AGAIN: [
    'unknown_host',
    'the name of ORIGIN cannot be looked up',
    'Check the name and your network.',
  ],
  EHOSTUNREACH: ['unreachable', 'HOST cannot be reached', 'Check the address and your network.'],
  ENETUNREACH: ['unreachable', 'HOST cannot be reached', 'Check the address and your network.'],
  ETIMEDOUT: ['unreachable', 'HOST cannot be reached', 'Check the address and your network.'],
  ECONNRESET: [
    'reset',
    'HOST closed the connection without an answer',
    'Did the server crash, or does it speak another protocol (https instead of http)? Its log says more.',
  ],
  EPIPE: [
    'reset',
    'HOST closed the connection without an answer',
    'The log of the server says more.',
  ],
  EPROTO: ['tls', 'HOST does not speak TLS', 'Write http:// instead of https:// in the URL.'],
  ABORT_ERR: [
    'no_answer',
    'HOST did not finish its answer in time',
    'The server hangs or streams without an end: does a handler forget to answer, or was the body read twice?',
  ],
}

/** A failed request in plain words: exit code 3, or 2 for one that could not be sent because of what it holds. */
export function networkError(error: unknown, url: URL): CliError {
  const { code, message } = firstOf(error)
  const unreachable = (name: string, what: string, hint: string) =>
    new CliError(exitCodes.unreachable, name, what, hint)
  if (code === 'ERR_INVALID_CHAR' || code === 'ERR_INVALID_HTTP_TOKEN') {
    return usageError(
      `nothing was sent: ${oneLine(message)}`,
      'Look for a line end, or for a character that is not ASCII, in the credential or the header.',
    )
  }
  const known = causes[code]
  if (known) {
    const [name, what, hint] = known
    return unreachable(name, what.replace('HOST', url.host).replace('ORIGIN', url.hostname), hint)
  }
  if (/SSL|TLS|CERT|ISSUER|SIGNATURE/.test(code)) {
    return unreachable(
      'tls',
      `no secure connection to ${url.host}: ${oneLine(message)}`,
      'Does it speak plain http? For a certificate of your own, set NODE_EXTRA_CA_CERTS to the file of its issuer.',
    )
  }
  if (code.startsWith('HPE_')) {
    return unreachable(
      'not_http',
      `${url.host} does not answer in HTTP`,
      'Is the port right, and does it speak https?',
    )
  }
  return unreachable(
    'no_answer',
    `no answer from ${url.host}: ${oneLine(message)}`,
    'Check the URL.',
  )
}

/** The error itself, or the first of those that a name with several addresses gives. */
function firstOf(error: unknown): { readonly code: string; readonly message: string } {
  const one = error instanceof AggregateError ? error.errors[0] : error
  if (!(one instanceof Error)) return { code: '', message: String(one) }
  const isTimeout = one.name === 'TimeoutError' || one.name === 'AbortError'
  const code = isTimeout ? 'ABORT_ERR' : 'code' in one && String(one.code)
  return { code: code || '', message: one.message }
}

function oneLine(text: string): string {
  return text.trim().split('\n')[0] ?? ''
}
