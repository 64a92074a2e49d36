import {
  type AnyBadDelivery,
  badDeliveries,
  badPaymentsDeliveries,
  signEvent,
  signPayments,
} from '@x/koywe-core/testing'
import { type Answer, codeOf, isSuccess } from './answer.js'
import { type Check, not, oneLine, pass, summaryOf } from './check.js'
import { post, type Receiver } from './receiver.js'
import { ConnectionError, type Outcome, type WireRequest } from './wire.js'

/** After so many hangs the rest is not played: it would take minutes and tell nothing new. */
const mostHangs = 3

/**
 * Plays the table of bad deliveries. Each must be refused. A server that cannot verify a genuine delivery (`verifies` is false)
 * can do no more than refuse: why it does so tells nothing.
 */
export async function checkRefusals(receiver: Receiver, verifies: boolean): Promise<Check[]> {
  const table: readonly AnyBadDelivery[] =
    receiver.api === 'payments' ? badPaymentsDeliveries : badDeliveries
  const checks: Check[] = []
  for (const bad of table) {
    const request = bad.request(receiver.secret)
    try {
      checks.push(judge(bad, request, await post(receiver, request), receiver.secret, verifies))
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
      checks.push(not('fail', bad.name, 'server_gone', `no connection: ${oneLine(error.message)}`))
      break
    }
    if (checks.filter(({ cause }) => cause === 'hang').length === mostHangs) break
  }
  const left = table.length - checks.length
  if (left === 0) return checks
  return [...checks, not('warn', `${left} more bad deliveries`, 'not_played', 'not sent')]
}

function judge(
  bad: AnyBadDelivery,
  request: WireRequest,
  outcome: Outcome,
  secret: string,
  verifies: boolean,
): Check {
  const { name } = bad
  const message = summaryOf(outcome)
  if (outcome.kind === 'closed' && bad.code === 'body_too_large') {
    return not('warn', name, 'closed', message)
  }
  if (outcome.kind !== 'answer') return not('fail', name, outcome.kind, message)
  const { status } = outcome
  if (isSuccess(outcome)) return { ...judgeYes(bad, request, secret), message }
  if (status < 400) return not('fail', name, 'redirect', message)
  if (status >= 500) return not('fail', name, 'server_fails', message)
  if (isAsExpected(bad, outcome) || !verifies) return pass(name, message)
  return not('warn', name, 'unexpected', `${message}; ${bad.status} ${bad.code} was expected`)
}

/** A server with words of its own may refuse as it likes. Ours has one answer to each. */
function isAsExpected({ status, code, parserMayRefuse }: AnyBadDelivery, answer: Answer): boolean {
  const said = codeOf(answer)
  return (
    (answer.status === status && said === code) ||
    parserMayRefuse !== undefined ||
    !codes.has(said ?? '')
  )
}

const codes: ReadonlySet<string> = new Set(
  [...badDeliveries, ...badPaymentsDeliveries].map(({ code }) => code),
)

function judgeYes(
  { name, code, api }: AnyBadDelivery,
  request: WireRequest,
  secret: string,
): Check {
  if (code === 'unsupported_encoding') return not('warn', name, 'reads_compressed', '')
  const isSigned = api === 'payments' ? signsBytes(request, secret) : signsBody(request, secret)
  if (!isSigned) return not('fail', name, 'accepts_forgeries', '')
  return not('warn', name, code === 'body_too_large' ? 'no_size_limit' : 'accepts_malformed', '')
}

/** Whether the sender has signed exactly these bytes, wrong as they may be otherwise. */
function signsBody({ body }: WireRequest, secret: string): boolean {
  const text = Buffer.from(body).toString()
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    return signEvent(value, secret) === text
  } catch {
    return false
  }
}

function signsBytes({ body, headers }: WireRequest, secret: string): boolean {
  const signature = Object.entries(headers).find(([name]) => /^koywe-signature$/i.test(name))?.[1]
  return signature === signPayments(body, secret)
}
