import { isNamedAs, type Place } from '@x/koywe-core/adapter'
import type { ExpressHandler, ExpressRequest } from './index.js'

/** The parts of a layer of Express's router that we read: `regexp` in Express 4, `matchers` in Express 5. */
interface Layer {
  readonly handle: { readonly stack?: readonly Layer[] }
  readonly name: string
  readonly route?: unknown
  readonly slash?: boolean
  readonly regexp?: RegExp & { readonly fast_slash?: boolean }
  readonly matchers?: readonly ((path: string) => { readonly path: string } | false)[]
}

interface Application {
  /** Where a sub-application is mounted. */
  path?(): string
  readonly _router?: { readonly stack: readonly Layer[] }
  readonly router?: { readonly stack: readonly Layer[] }
}

/** A path that no application has: what matches it matches everything. */
const nobodysPath = '/~/~'

/** The request's path relative to the handler's mount. Under a wildcard, Express strips the whole path; this puts it back. */
export function pathOf(request: ExpressRequest, handler: ExpressHandler): string {
  const { path, baseUrl } = request
  if (path === undefined || baseUrl === undefined) return arrivalInConnect(request, handler).path
  return path === '/' && baseUrl !== '' ? arrivalUnder(request, baseUrl, handler).path : path
}

/** Where a request reached the handler, judged by what Express and similar frameworks leave on the request. */
export function placeOf(request: ExpressRequest, next: unknown, handler: ExpressHandler): Place {
  const { path, baseUrl, route } = request
  if (path === undefined || baseUrl === undefined) return arrivalInConnect(request, handler).place
  if (path === '/' && baseUrl !== '') {
    const { place } = arrivalUnder(request, baseUrl, handler)
    if (place !== 'outside') return place
  }
  if (baseUrl === '') withoutPath.add(handler)
  if (route === undefined || [route.path].flat(Number.POSITIVE_INFINITY).some(isWildcard))
    return 'outside'
  if (route.stack.some((layer) => holds(layer, handler))) return 'here'
  // Only a router passes on its own `next`; a route creates another one.
  const isBare =
    next === request.next ||
    layersPassed(request, baseUrl + path).some(({ layer }) => holds(layer, handler))
  return isBare ? 'elsewhere' : 'unclear'
}

/** A mount path that was stripped from a request and took the whole path. */
interface Arrival {
  readonly place: Place
  /** The path a bare mount would have seen, in case a wildcard stripped it. */
  readonly path: string
}

/** The path at which only `/` was left for each handler first, and whether there has been no other. */
const mountPaths = new WeakMap<ExpressHandler, { readonly first: string; isOnly: boolean }>()

/**
 * Connect and middie do not show whether a mount path is a wildcard, but a second path proves that it is. Nothing is learned from
 * requests below a mount path, which anybody can send.
 */
function arrivalInConnect({ url, originalUrl }: ExpressRequest, handler: ExpressHandler): Arrival {
  const path = pathnameOf(url)
  const whole = pathnameOf(originalUrl)
  if (path !== '/' || whole === '/') return { place: 'outside', path }
  const mountPath = mountPathOf(whole)
  const known = mountPaths.get(handler) ?? { first: mountPath, isOnly: true }
  mountPaths.set(handler, known)
  if (mountPath !== known.first) known.isOnly = false
  return { place: known.isOnly ? 'here' : 'outside', path: whole }
}

/** One spelling for all in which a client may write a path. */
function mountPathOf(whole: string): string {
  const path = whole.replace(/^https?:\/\/[^/]*/i, '').replace(/\/$/, '')
  try {
    return decodeURIComponent(path).toLowerCase()
  } catch {
    return path.toLowerCase()
  }
}

function pathnameOf(url = ''): string {
  const end = url.search(/[?#]/)
  return end < 0 ? url : url.slice(0, end)
}

/** The handlers that were reached through no mount path, or through wildcards alone. */
const withoutPath = new WeakSet<ExpressHandler>()

/** Distinguishes the handler's own mount path from a wildcard, by the layers of Express's router and the request's parameters. */
function arrivalUnder(request: ExpressRequest, baseUrl: string, handler: ExpressHandler): Arrival {
  // The layers that strip the whole path: those that show the handler, or else every one that may hide it.
  const all = layersPassed(request, baseUrl).filter(
    ({ layer, rest }) => matchedBy(layer, rest) === rest,
  )
  const own = all.filter(({ layer }) => holds(layer, handler))
  const layers = own.length > 0 ? own : all
  const wildcard = layers.find(isWildcardLayer)
  const [, matched] = Object.entries(request.params ?? {}).findLast(isWildcardParameter) ?? []
  if (wildcard === undefined && (layers.length > 0 || matched === undefined)) {
    return { place: 'here', path: '/' }
  }
  if (matched === undefined) {
    // Where one of them is a path, it is the handler's own, unless the handler was reached without one before. That it was
    // reached below a path does not tell: anybody can ask for what is there.
    if (layers.every(isWildcardLayer)) withoutPath.add(handler)
    const place = withoutPath.has(handler) ? 'outside' : 'here'
    return { place, path: wildcard?.rest ?? baseUrl }
  }
  const path = `/${[matched].flat().join('/').replace(/^\//, '')}`
  return { place: 'outside', path: baseUrl.endsWith(path) ? path : baseUrl }
}

/** A wildcard strips a longer path whole, too. */
function isWildcardLayer({ layer, rest }: PassedLayer): boolean {
  const more = `${rest}${nobodysPath}`
  return matchedBy(layer, more) === more
}

/** In Express 4 a wildcard's name is a number; in Express 5 its value is a list of segments. */
function isWildcardParameter([name, value]: [string, unknown]): boolean {
  return /^\d+$/.test(name) || Array.isArray(value)
}

/** Whether a route's path matches every request. */
function isWildcard(path: unknown): boolean {
  if (path instanceof RegExp) return path.test(nobodysPath)
  return /^[({/]*(:\w+)?\(?\.?\*\w*[)}]*$/.test(String(path))
}

/** A layer of middleware that a request passes, and the rest of the path at that point. */
interface PassedLayer {
  readonly layer: Layer
  readonly rest: string
}

function layersPassed(request: ExpressRequest, path: string): readonly PassedLayer[] {
  const app = (request.app ?? {}) as Application // all its members are optional
  const prefix = app.path?.() ?? ''
  // In Express 4, `router` is a getter that throws.
  const { stack } = app._router ?? app.router ?? {}
  return [...layersIn(stack, path.startsWith(prefix) ? path.slice(prefix.length) : path)]
}

function* layersIn(stack: readonly Layer[] = [], rest: string): Generator<PassedLayer> {
  for (const layer of stack) {
    const matched = layer.route ? undefined : matchedBy(layer, rest)
    if (matched === undefined) continue
    if (layer.handle.stack) yield* layersIn(layer.handle.stack, rest.slice(matched.length) || '/')
    else yield { layer, rest }
  }
}

function matchedBy({ slash, regexp, matchers = [] }: Layer, path: string): string | undefined {
  if (slash || regexp?.fast_slash) return ''
  if (regexp) return regexp.exec(path)?.[0]
  for (const matcher of matchers) {
    const match = matcher(path)
    if (match) return match.path
  }
  return undefined
}

function holds(layer: { handle: unknown; name: unknown }, handler: ExpressHandler): boolean {
  return layer.handle === handler || isNamedAs(layer.name, handler)
}
