import { KoyweError, type KoyweErrorCode } from '../errors.js'
import { aboutRequest } from '../log/about.js'
import type { Log } from '../log/logger.js'
import type { HttpRequest, HttpResponse } from './contract.js'
import { Exchange } from './exchange.js'

/** A refusal that is no error: its sentence is made only when it is going to be logged. */
export interface Refusal {
  readonly code: KoyweErrorCode
  readonly sentence: () => string
}

/** What a handler is made of. */
export interface HandlerParts {
  readonly timeoutMs: number
  readonly log: Log
  /** What is refused when time runs out before the handler has said so itself. */
  readonly late: () => KoyweError
  /** The way of one request to its answer. It resolves to a refusal, or throws a {@link KoyweError}, where there is no other. */
  readonly answer: (exchange: Exchange) => Promise<HttpResponse | Refusal>
  /** The answer to a request that is refused. */
  readonly answerTo: (code: KoyweErrorCode) => HttpResponse
}

/**
 * The frame of both handlers: one time limit around the whole way of a request, and one place where a refusal is logged and
 * answered. Rejects only with what is neither: a mistake of the set-up.
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
