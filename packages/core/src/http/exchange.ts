import type { KoyweError } from '../errors.js'
import type { HttpRequest } from './contract.js'

/** The longest delay that Node's timers support. */
const longestMs = 2 ** 31 - 1

/** What a request is about, once its sender is verified. */
export interface Subject {
  /** Names it at the end of a log line. */
  about(): string
}

/**
 * One request on its way to its answer: its time limit, and what the log says about it. Created for every request, so nothing in
 * it is computed before it is read.
 */
export class Exchange {
  readonly request: HttpRequest
  /** Whether time ran out, so that the sender already has its answer. */
  timedOut = false
  /** Makes the refusal for when time runs out; replaced as the request progresses. */
  timeoutError: () => KoyweError
  /** What the request is about, once its sender is verified. */
  subject: Subject | undefined = undefined
  readonly #timer: NodeJS.Timeout
  #controller: AbortController | undefined

  /** Starts the clock. The timer does not keep the process alive. */
  constructor(
    request: HttpRequest,
    timeoutMs: number,
    timeoutError: () => KoyweError,
    onTimeout: (exchange: Exchange) => void,
  ) {
    this.request = request
    this.timeoutError = timeoutError
    this.#timer = setTimeout(expire, timeoutMs, this, onTimeout).unref()
  }

  /** Aborts with a `TimeoutError` when time runs out. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.timedOut) this.#controller.abort(timeoutReason())
    return this.#controller.signal
  }

  /** @throws {KoyweError} when the sender already has its answer, so that nothing more must start. */
  throwIfTimedOut(): void {
    if (this.timedOut) throw this.timeoutError()
  }

  /** Time has run out. */
  expire(): void {
    this.timedOut = true
    this.#controller?.abort(timeoutReason())
  }

  /** Frees the timer once there is an answer. */
  end(): void {
    clearTimeout(this.#timer)
  }
}

function expire(exchange: Exchange, onTimeout: (exchange: Exchange) => void): void {
  exchange.expire()
  onTimeout(exchange)
}

function timeoutReason(): DOMException {
  return new DOMException('Time ran out for this request', 'TimeoutError')
}

/** @throws {TypeError} when `timeoutMs` is not a number of milliseconds that Node's timers support. */
export function checkTimeout(timeoutMs: number): void {
  if (Number.isFinite(timeoutMs) && timeoutMs > 0 && timeoutMs <= longestMs) return
  throw new TypeError(
    `\`timeoutMs\` must be a number of milliseconds above 0 and at most ${longestMs}.`,
  )
}
