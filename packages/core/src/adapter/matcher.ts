import { quote } from '../log/quote.js'

/** The option of an adapter that says where it answers. */
export interface PathOption {
  /**
   * The exact path to answer at, relative to where the handler is mounted. `'*'` answers every POST that arrives, for a
   * handler that you call from a route of your own. Default: the route or path it is mounted on, else `/webhooks/koywe`
   * (webhooks) or `/koywe/auth` (authentication callback).
   */
  readonly path?: string | undefined
}

/**
 * What a framework shows of the place where a request has reached a handler:
 *
 * - `here`: on a route or mount path of the handler's own;
 * - `outside`: no route has matched, so the handler is mounted bare;
 * - `elsewhere`: a route has matched and called `next`, and the handler is mounted bare behind it;
 * - `unclear`: a route has matched, and something is wrapped so that nobody can see what stands on it.
 */
export type Place = 'here' | 'outside' | 'elsewhere' | 'unclear'

/** How an adapter reads the facts off its framework's own objects. */
export interface Framework<Request> {
  /** The request's path without its query, relative to the mount. */
  pathOf(request: Request): string
  /** Asked last, when the path alone does not decide. */
  placeOf(request: Request, next: unknown): Place
}

/** Decides whether a request is for us. */
export type Matcher<Request> = (method: string, request: Request, next: unknown) => boolean

const cures =
  "If it stands on that route as well, make another one for it with the option `path: '*'`; else mount it before the routes."

/** What {@link createMatcher} decides by. */
export interface MatcherParts<Request> extends Framework<Request> {
  /** The option `path`. */
  readonly path: string | undefined
  readonly defaultPath: string
  /** Writes a sentence for the developer to the log. */
  warn(sentence: string): void
}

/**
 * Makes the rule that is the same in every framework whose middleware sees all requests. A handler on a route is only
 * ever reached through that route, so whoever was once reached without one is mounted bare. A wrapper cannot hide that.
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
  let isBare = false
  let answered: string | undefined

  function warnOnce(fact: string, sentence: string): void {
    if (warned.has(fact)) return
    warned.add(fact)
    warn(`koywe: ${sentence}`)
  }

  function passOn(path: string): false {
    if (nearMiss.test(path)) {
      warnOnce(
        'near miss',
        `a POST to ${quote(path)} was passed on, because the path is compared to the letter. ` +
          `Register the URL that ends in ${option ?? defaultPath} with Koywe, or set the option \`path\`.`,
      )
    }
    return false
  }

  function learnThatItIsBare(): void {
    isBare = true
    if (answered === undefined) return
    warnOnce(
      'answered',
      `a POST to ${quote(answered)} was answered, because only routes had led to this middleware until then. Now a request ` +
        `came without one, so it is mounted outside of routes, and POSTs to other paths than ${defaultPath} are passed on. ` +
        cures,
    )
  }

  function isPlacedHere(path: string, place: Place): boolean {
    if (place === 'here') return true
    if (place === 'outside') {
      if (!isBare) learnThatItIsBare()
      return passOn(path)
    }
    if (place === 'unclear' && !isBare) {
      answered = path
      return true
    }
    warnOnce(
      'passed on',
      `a POST to ${quote(path)} was passed on, although a route had matched it, because this middleware is mounted ` +
        `outside of routes. ${cures}`,
    )
    return passOn(path)
  }

  return (method, request, next) => {
    if (method !== 'POST') {
      // Any request can show that the handler is mounted bare; then this costs nothing any more.
      if (!isBare && option === undefined && placeOf(request, next) === 'outside') {
        learnThatItIsBare()
      }
      return false
    }
    if (option === '*') return true
    const path = pathOf(request)
    if (option !== undefined) return path === option || passOn(path)
    return path === defaultPath || isPlacedHere(path, placeOf(request, next))
  }
}

/** @throws {TypeError} when the `path` option is neither a path nor `'*'`. */
export function checkPath(path: unknown): void {
  if (path === undefined || path === '*') return
  if (typeof path === 'string' && path.startsWith('/')) return
  throw new TypeError("`path` must begin with a slash, as in '/webhooks/koywe', or be '*'.")
}

/** Fits a path that differs in case, doubled slashes or a slash at the end. */
function createNearMiss(path: string): RegExp {
  const segments = path.split('/').filter((segment) => segment !== '')
  const literal = segments.map((segment) => segment.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^/+${literal.join('/+')}/*$`, 'i')
}
