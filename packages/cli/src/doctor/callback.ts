import { randomUUID } from 'node:crypto'
import { type AskOptions, ask, type CallbackAnswer } from '@x/koywe-core/testing'
import { exitCodes } from '../contract/exit.js'
import { networkError } from '../contract/network-error.js'
import { type Answer, isPage } from './answer.js'
import { type Check, not, oneLine, pass, summaryOf } from './check.js'
import { type Cause, cures } from './cures.js'
import { exchange } from './wire.js'

/** The authentication callback under examination. */
export interface Callback {
  readonly url: URL
  /** The token that Koywe sends. Without it, only strangers ask. */
  readonly bearer: string | undefined
  readonly timeoutMs: number
}

const cureOfPath =
  'No callback answers at this path. Compare it with the route of the callback (in the examples /koywe/auth, for POST), and ' +
  'register exactly that URL with Koywe.'

/** Asks questions to which the answer is no, and concludes from the answers as Koywe does. */
export async function checkCallback(callback: Callback): Promise<Check[]> {
  const { url, bearer, timeoutMs } = callback
  const stranger = 'callback: no to a caller without a credential'
  const body = JSON.stringify({ email: nobody() })
  const headers = { 'content-type': 'application/json' }
  const first = await exchange(url, { body, headers }, timeoutMs)
  if (first.kind !== 'answer') return [not('fail', stranger, first.kind, summaryOf(first))]
  const absent = causeOf(first)
  if (absent !== undefined) {
    const cure = absent === 'wrong_path' ? cureOfPath : cures[absent]
    return [not('fail', stranger, absent, summaryOf(first), cure)]
  }
  if (leadsAway(first, url)) {
    return [not('fail', stranger, 'redirect', summaryOf(first), cures.yes_by_accident)]
  }

  const checks = [
    await question(callback, stranger, {}),
    await question(callback, 'callback: no to a caller with a wrong token', {
      bearer: randomUUID(),
    }),
  ]
  const unknown = 'callback: no to a user who does not exist'
  if (bearer !== undefined) {
    const without = 'callback: no to a question without an email'
    checks.push(await question(callback, unknown, { bearer }))
    checks.push(await question(callback, without, { bearer, field: 'nothing' }))
  } else if (first.status === 401 || first.status === 403) {
    const cure = 'Set KOYWE_CALLBACK_TOKEN, or give --bearer, to ask as Koywe does.'
    checks.push(not('warn', unknown, 'not_played', 'not asked: there is no token', cure))
  }
  return checks
}

/** Why the first answer is none of a callback. */
function causeOf(answer: Answer): Cause | undefined {
  const { status } = answer
  if (status === 404 || status === 405 || status === 410) return 'wrong_path'
  if (status >= 500) return isPage(answer) ? 'error_page' : 'server_fails'
  return undefined
}

/** Whether it redirects to another host, which the doctor does not visit. Koywe would, and take its page as a yes. */
function leadsAway({ status, headers }: Answer, url: URL): boolean {
  const location = headers.get('location')
  if (status < 300 || status >= 400 || location === undefined) return false
  return !URL.canParse(location, url.href) || new URL(location, url).host !== url.host
}

async function question(
  { url, timeoutMs }: Callback,
  name: string,
  options: AskOptions,
): Promise<Check> {
  let answer: CallbackAnswer
  try {
    answer = await ask(url, nobody(), { ...options, path: pathOf(url), timeoutMs })
  } catch (error) {
    const failed = networkError(error, url)
    // Nothing was sent, because of the token.
    if (failed.exitCode === exitCodes.usage) throw failed
    return unanswered(name, error, timeoutMs)
  }
  const { status, body, koyweConcludes } = answer
  const message = `${status} ${oneLine(typeof body === 'string' ? body : JSON.stringify(body))}`
  if (koyweConcludes) {
    const cause = body === true ? 'allows_anyone' : 'yes_by_accident'
    return not('fail', name, cause, `${message}: Koywe would conclude yes`)
  }
  if (status === 401 && options.bearer !== undefined && !name.includes('wrong token')) {
    return not('warn', name, 'wrong_credential', message)
  }
  if (status >= 300 && status < 400) return not('fail', name, 'redirect', message)
  if (status >= 500) return not('warn', name, 'server_fails', message)
  return pass(name, message)
}

function unanswered(name: string, error: unknown, timeoutMs: number): Check {
  if (!(error instanceof Error)) return not('fail', name, 'closed', 'no answer')
  const ranOut = error.name === 'AbortError' || error.name === 'TimeoutError'
  return ranOut
    ? not('fail', name, 'hang', `no answer within ${timeoutMs} ms`)
    : not('fail', name, 'closed', `no answer: ${oneLine(error.message)}`)
}

function pathOf({ pathname, search }: URL): string {
  return pathname + search
}

/** A new address of a domain that cannot exist. */
function nobody(): string {
  return `koywe-doctor-${randomUUID()}@example.invalid`
}
