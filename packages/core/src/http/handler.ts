import { KoyweError, type KoyweErrorCode } from '../errors.js'
import { aboutRequest } from '../log/about.js'
import type { Log } from '../log/logger.js'
import type { HttpRequest, HttpResponse } from './contract.js'
import { Exchange } from './exchange.js'
import { isRefusal, type Refusal } from './refusal.js'

/** The parts of a handler. */
export interface HandlerParts {
  readonly timeoutMs: number
  readonly log: Log
  /** Makes the refusal for when time runs out, until the handler sets another. */
  readonly timeoutError: () => KoyweError
  /** Handles one request. Resolves to a refusal, or throws a {@link KoyweError}, if there is no other answer. */
  readonly answer: (exchange: Exchange) => Promise<HttpResponse | Refusal>
  /** The answer to a refused request. */
  readonly answerTo: (code: KoyweErrorCode) => HttpResponse
}

/**
 * The skeleton of the receiver and of the auth callback: one time limit around the whole request, and one place where refusals are
 * logged and answered. A handler returns a {@link Refusal} where refusing must cost little, and throws a {@link KoyweError} elsewhere.
 * Rejects only for mistakes in the set-up.
 */
export function createHandler(
  parts: HandlerParts,
): (request: HttpRequest) => Promise<HttpResponse> {
  const { timeoutMs, log, timeoutError, answer, answerTo } = parts

  function refuse({ request, subject }: Exchange, { code, sentence }: Refusal): HttpResponse {
    log.refused(
      request.logger,
      code,
      subject !== undefined,
      () => sentence() + (subject?.about() ?? aboutRequest(request)),
    )
    return answerTo(code)
  }

  return (request) =>
    new Promise((resolve, reject) => {
      const exchange = new Exchange(request, timeoutMs, timeoutError, () => {
        resolve(refuse(exchange, refusalOf(exchange.timeoutError())))
      })
      answer(exchange).then(
        (result) => {
          exchange.end()
          if (!exchange.timedOut) resolve(isRefusal(result) ? refuse(exchange, result) : result)
        },
        (error: unknown) => {
          exchange.end()
          if (KoyweError.is(error)) {
            if (!exchange.timedOut) resolve(refuse(exchange, refusalOf(error)))
          } else if (exchange.timedOut) {
            log.error(request.logger, error, 'koywe: a request failed after it had been answered.')
          } else {
            reject(error)
          }
        },
      )
    })
}

function refusalOf(error: KoyweError): Refusal {
  return { code: error.code, sentence: () => error.message }
}
