import { KoyweError, type KoyweErrorCode } from '../errors.js'
import { aboutRequest } from '../log/about.js'
import type { Log } from '../log/logger.js'
import type { HttpRequest, HttpResponse } from './contract.js'
import { Exchange } from './exchange.js'

/** A refusal that is not an error: its sentence is built only if it will be logged. */
export interface Refusal {
  readonly code: KoyweErrorCode
  readonly sentence: () => string
}

/** The parts of a handler. */
export interface HandlerParts {
  readonly timeoutMs: number
  readonly log: Log
  /** Makes the refusal for when time runs out, until the handler sets another. */
  readonly late: () => KoyweError
  /** Handles one request. Resolves to a refusal, or throws a {@link KoyweError}, if there is no other answer. */
  readonly answer: (exchange: Exchange) => Promise<HttpResponse | Refusal>
  /** The answer to a refused request. */
  readonly answerTo: (code: KoyweErrorCode) => HttpResponse
}

/**
 * The skeleton of both handlers: one time limit around the whole request, and one place where refusals are logged and answered.
 * Rejects only for mistakes in the set-up.
 */
export function createHandler(
  parts: HandlerParts,
): (request: HttpRequest) => Promise<HttpResponse> {
  const { timeoutMs, log, late, answer, answerTo } = parts

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
      const exchange = new Exchange(request, timeoutMs, late, () => {
        resolve(refuse(exchange, refusalOf(exchange.late())))
      })
      answer(exchange).then(
        (result) => {
          exchange.end()
          if (!exchange.isOver) resolve('code' in result ? refuse(exchange, result) : result)
        },
        (error: unknown) => {
          exchange.end()
          if (exchange.isOver) return
          if (KoyweError.is(error)) resolve(refuse(exchange, refusalOf(error)))
          else reject(error)
        },
      )
    })
}

function refusalOf(error: KoyweError): Refusal {
  return { code: error.code, sentence: () => error.message }
}
