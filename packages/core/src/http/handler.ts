import { KoyweError, type KoyweErrorCode } from '../errors.js'
import { aboutRequest } from '../log/about.js'
import type { Log } from '../log/logger.js'
import { escapeControls } from '../log/quote.js'
import type { Channel, KoyweRequestContext } from './channels.js'
import type { HttpRequest, HttpResponse } from './contract.js'
import { Exchange } from './exchange.js'
import { isRefusal, type Refusal } from './refusal.js'

/** The parts of a handler. */
export interface HandlerParts<Context extends KoyweRequestContext> {
  /** Where each request is published. */
  readonly channel: Channel<Context>
  /** Makes what is published of a request; called only while somebody subscribes. */
  readonly contextOf: (request: HttpRequest) => Context
  readonly timeoutMs: number
  readonly log: Log
  /** Makes the refusal for when time runs out, until the handler sets another. */
  readonly timeoutError: () => KoyweError
  /** Handles one request. Resolves to a refusal, or throws a {@link KoyweError}, if there is no other answer. */
  readonly answer: (
    exchange: Exchange,
    context: Context | undefined,
  ) => Promise<HttpResponse | Refusal>
  /** The answer to a refused request. */
  readonly answerTo: (code: KoyweErrorCode) => HttpResponse
}

/**
 * The skeleton of the receiver and of the auth callback: one time limit around the whole request, and one place where refusals are
 * logged and answered. A handler returns a {@link Refusal} where refusing must cost little, and throws a {@link KoyweError} elsewhere.
 * Rejects only for mistakes in the set-up.
 */
export function createHandler<Context extends KoyweRequestContext>(
  parts: HandlerParts<Context>,
): (request: HttpRequest) => Promise<HttpResponse> {
  const { channel, contextOf, timeoutMs, log, timeoutError, answer, answerTo } = parts

  function refuse(
    { request, subject }: Exchange,
    { code, sentence }: Refusal,
    context: Context | undefined,
  ): HttpResponse {
    const reason = context && explain(context, code, sentence())
    log.refused(
      request.logger,
      code,
      subject !== undefined,
      () => (reason ?? sentence()) + (subject?.about() ?? aboutRequest(request)),
    )
    return answerTo(code)
  }

  function handle(request: HttpRequest, context: Context | undefined): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(request, timeoutMs, timeoutError, () => {
        resolve(refuse(exchange, refusalOf(exchange.timeoutError()), context))
      })
      answer(exchange, context).then(
        (result) => {
          exchange.end()
          if (exchange.timedOut) return
          resolve(isRefusal(result) ? refuse(exchange, result, context) : result)
        },
        (error: unknown) => {
          exchange.end()
          if (KoyweError.is(error)) {
            if (!exchange.timedOut) resolve(refuse(exchange, refusalOf(error), context))
          } else if (exchange.timedOut) {
            log.error(request.logger, error, 'koywe: a request failed after it had been answered.')
          } else {
            reject(error)
          }
        },
      )
    })
  }

  async function trace(request: HttpRequest): Promise<HttpResponse> {
    const start = performance.now()
    const context = contextOf(request)
    return channel.tracePromise(async () => {
      const response = await handle(request, context)
      context.status = response.status
      context.durationMs = performance.now() - start
      return response
    }, context)
  }

  return (request) => (channel.hasSubscribers ? trace(request) : handle(request, undefined))
}

/** Writes into a context why a request is refused, in one line. Returns the sentence. */
export function explain(
  context: KoyweRequestContext,
  code: KoyweErrorCode,
  sentence: string,
): string {
  context.code = code
  context.reason = escapeControls(sentence)
  return sentence
}

function refusalOf(error: KoyweError): Refusal {
  return { code: error.code, sentence: () => error.message }
}
