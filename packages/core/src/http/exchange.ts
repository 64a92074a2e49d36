import type { KoyweError } from '../errors.js'
import type { HttpRequest } from './contract.js'

/** The longest delay that Node's timers can keep. */
const longestMs = 2 ** 31 - 1

/** What is known of a request whose sender is verified. */
export interface Subject {
  /** Names it at the end of a log line. */
  about(): string
}

/**
 * One request on its way to its answer: the time that it has, and what the log says about it. It is made for every request,
 * so nothing in it is computed before it is read.
 */
export class Exchange {
  readonly request: HttpRequest
  /** Whether time ran out, so that the sender has its answer already. */
  isOver = false
  /** What is refused when time runs out; replaced as the request moves on. */
  late: () => KoyweError
  /** What the request is about, once its sender is verified. */
  subject: Subject | undefined = undefined
  readonly #timer: NodeJS.Timeout
  #controller: AbortController | undefined

  /** Starts the clock. The timer does not keep the process alive. */
  constructor(
    request: HttpRequest,
    timeoutMs: number,
    late: () => KoyweError,
    onOver: (exchange: Exchange) => void,
  ) {
    this.request = request
    this.late = late
    this.#timer = setTimeout(expire, timeoutMs, this, onOver).unref()
  }

  /** Aborts with a `TimeoutError` when time runs out. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.isOver) this.#controller.abort(timeoutReason())
    return this.#controller.signal
  }

  /** @throws {KoyweError} when the sender has its answer already, so that nothing more may be started. */
  throwIfOver(): void {
    if (this.isOver) throw this.late()
  }

  /** Time is up. */
  expire(): void {
    this.isOver = true
    this.#controller?.abort(timeoutReason())
  }

  /** The answer is made: frees the timer. */
  end(): void {
    clearTimeout(this.#timer)
  }
}

function expire(exchange: Exchange, onOver: (exchange: Exchange) => void): void {
  exchange.expire()
  onOver(exchange)
}

function timeoutReason(): DOMException {
  return new DOMException('The time limit of this delivery has passed', 'TimeoutError')
}

/** @throws {TypeError} when `timeoutMs` is not a number of milliseconds that a timer can keep. */
export function checkTimeout(timeoutMs: number): void {
  if (Number.isFinite(timeoutMs) && timeoutMs > 0 && timeoutMs <= longestMs) return
  throw new TypeError(
    `\`timeoutMs\` must be a number of milliseconds above 0 and at most ${longestMs}.`,
  )
}
