import { quote } from '../log/quote.js'

/** The option that says where an adapter answers. */
export interface PathOption {
  /**
   * The exact path to answer, relative to the mount. `'*'` answers every POST that arrives, for a handler that you call from your
   * own route. Default: the route or path it is mounted on, or else `/webhooks/koywe` (webhooks), `/webhooks/koywe-payments`
   * (webhooks of the Payments API) or `/koywe/auth` (authentication callback).
   */
  readonly path?: string | undefined
}

/**
 * Where a request reached a handler, as far as the framework shows it:
 *
 * - `here`: on the handler's own route or mount path;
 * - `outside`: no route matched, so the handler is mounted bare;
 * - `elsewhere`: a route matched and called `next`, and the handler is mounted bare behind it;
 * - `unclear`: a route matched, but a wrapper hides which handler is on it.
 */
export type Place = 'here' | 'outside' | 'elsewhere' | 'unclear'

/** How an adapter reads its framework's objects. */
export interface Framework<Request> {
  /** The request's path without its query, relative to the mount. */
  pathOf(request: Request): string
  /** Called last, when the path alone does not decide. */
  placeOf(request: Request, next: unknown): Place
}

/** Decides whether a request is ours. */
export type Matcher<Request> = (method: string, request: Request, next: unknown) => boolean

const cure =
  "If that route uses it too, create a second one for the route with the option `path: '*'`; otherwise mount it before the routes."

/** What {@link createMatcher} needs. */
export interface MatcherParts<Request> extends Framework<Request> {
  /** The option `path`. */
  readonly path: string | undefined
  readonly defaultPath: string
  /** Writes a sentence for the developer to the log. */
  warn(sentence: string): void
}

/**
 * Creates the rule shared by all frameworks whose middleware sees every request. A handler on a route is only ever reached
 * through that route, so a handler that was once reached without one is mounted bare. No wrapper can hide that.
 *
 * @throws {TypeError} when the `path` option is neither a path nor `'*'`.
 */
export function createMatcher<Request>({
  path: option,
  defaultPath,
  warn,
  pathOf,
  placeOf,
}: MatcherParts<Request>): Matcher<Request> {
  checkPath(option)
  const nearMiss = createNearMiss(option ?? defaultPath)
  const warned = new Set<string>()
  let reachedOutside = false
  let answeredPath: string | undefined

  function warnOnce(fact: string, sentence: string): void {
    if (warned.has(fact)) return
    warned.add(fact)
    warn(`koywe: ${sentence}`)
  }

  function passOn(path: string): false {
    if (nearMiss.test(path)) {
      warnOnce(
        'near miss',
        `a POST to ${quote(path)} was passed on, because the path must match exactly. ` +
          `Register the URL that ends in ${option ?? defaultPath} with Koywe, or set the option \`path\`.`,
      )
    }
    return false
  }

  function learnThatItIsOutside(): void {
    reachedOutside = true
    if (answeredPath === undefined) return
    warnOnce(
      'answered',
      `a POST to ${quote(answeredPath)} was answered, because until then every request had come through a route. Now one came ` +
        `without, so this middleware is mounted outside of routes, and POSTs to paths other than ${defaultPath} are passed on. ` +
        cure,
    )
  }

  function decideByPlace(path: string, place: Place): boolean {
    if (place === 'here') return true
    if (place === 'outside') {
      if (!reachedOutside) learnThatItIsOutside()
      return passOn(path)
    }
    if (place === 'unclear' && !reachedOutside) {
      answeredPath = path
      return true
    }
    warnOnce(
      'passed on',
      `a POST to ${quote(path)} was passed on, although a route matched it, because this middleware is mounted ` +
        `outside of routes. ${cure}`,
    )
    return passOn(path)
  }

  return (method, request, next) => {
    if (method !== 'POST') {
      // Any request can show that the handler is mounted bare. Once that is known, this check costs nothing.
      if (!reachedOutside && option === undefined && placeOf(request, next) === 'outside') {
        learnThatItIsOutside()
      }
      return false
    }
    if (option === '*') return true
    const path = pathOf(request)
    if (option !== undefined) return path === option || passOn(path)
    return path === defaultPath || decideByPlace(path, placeOf(request, next))
  }
}

/** @throws {TypeError} when the `path` option is neither a path nor `'*'`. */
export function checkPath(path: unknown): void {
  if (path === undefined || path === '*') return
  if (typeof path === 'string' && /^\/[^?#\s]*$/.test(path)) return
  throw new TypeError(
    "`path` must begin with a slash, as in '/webhooks/koywe', and have neither a query nor white space; or be '*'.",
  )
}

/** Matches a path that differs in case, doubled slashes or a trailing slash. */
function createNearMiss(path: string): RegExp {
  const segments = path.split('/').filter((segment) => segment !== '')
  const literal = segments.map((segment) => segment.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^/+${literal.join('/+')}/*$`, 'i')
}
