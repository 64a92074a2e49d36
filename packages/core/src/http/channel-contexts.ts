import type {
  KoyweApi,
  KoyweAuthContext,
  KoyweDeliveryContext,
  KoyweEventContext,
  KoyweProcessContext,
  KoyweRequestContext,
} from './channels.js'
import type { Body, HttpRequest } from './contract.js'

/** Makes the context of a webhook request that has arrived. */
export function deliveryContext(request: HttpRequest, api: KoyweApi): KoyweDeliveryContext {
  return Object.assign(new DeliveryContext(request), { api })
}

/** Makes the context of a question that has arrived. */
export function authContext(request: HttpRequest): KoyweAuthContext {
  return new AuthContext(request)
}

/** Makes the context of the listeners' part of a delivery. */
export function processContext(known: Required<KoyweEventContext>): KoyweProcessContext {
  return Object.assign(new ProcessContext(), known)
}

// What must not appear in a log is a private field behind an accessor of the prototype: `JSON.stringify`, a spread and `inspect` leave
// it out. Properties of the object itself that are not enumerable would do the same, and cost more than the rest of an observed delivery.

/** Hides the `result` that Node sets. */
class Context {
  #result: unknown

  get result(): unknown {
    return this.#result
  }
  set result(result: unknown) {
    this.#result = result
  }
}

class RequestContext extends Context implements KoyweRequestContext {
  readonly method: string
  readonly path: string
  readonly receivedAt = new Date()
  readonly #request: HttpRequest
  #body: Body | undefined

  constructor(request: HttpRequest) {
    super()
    this.#request = request
    this.method = request.method
    this.path = pathOf(request.url)
  }

  get request(): HttpRequest {
    return this.#request
  }

  get body(): Body | undefined {
    return this.#body
  }
  set body(body: Body | undefined) {
    this.#body = body
  }
}

type Traced = KoyweEventContext['event']

class DeliveryContext extends RequestContext implements KoyweDeliveryContext {
  declare readonly api: KoyweApi
  duplicate = false
  #event: Traced

  get event(): Traced {
    return this.#event
  }
  set event(event: Traced) {
    this.#event = event
  }
}

class ProcessContext extends Context implements KoyweProcessContext {
  declare readonly api: KoyweApi
  #event: Traced

  get event(): Traced {
    return this.#event
  }
  set event(event: Traced) {
    this.#event = event
  }
}

class AuthContext extends RequestContext implements KoyweAuthContext {
  allowed = false
  #email: string | undefined

  get email(): string | undefined {
    return this.#email
  }
  set email(email: string | undefined) {
    this.#email = email
  }
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}
