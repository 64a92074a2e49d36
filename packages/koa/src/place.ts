import { isNamedAs, type Place } from '@x/koywe-core/adapter'
import type { KoaContext, KoaHandler } from './index.js'

/** The parts of a router's layer that every version has. Layers of middleware have no methods. */
interface RouterLayer {
  readonly path: unknown
  readonly methods: readonly string[]
  readonly stack: readonly unknown[]
  match(path: string): boolean
}

/** Where a request reached the handler, judged by what koa-mount and the routers leave on the context. */
export function placeOf(context: KoaContext, handler: KoaHandler): Place {
  if (context.mountPath !== undefined && context.path === '/') return 'here'
  const layers = (context.matched ?? []) as readonly RouterLayer[] // only the router writes it
  const routes = layers.filter(
    (layer) => layer.methods.includes(context.method) && !layer.match('/~/~'),
  )
  if (routes.length === 0) return 'outside'
  if (routes.some(({ stack }) => holds(stack, handler))) return 'here'
  return isBehindRoute(context, layers, handler) ? 'elsewhere' : 'unclear'
}

/** Whether there is proof that the matched route is not the handler's own. */
function isBehindRoute(
  context: KoaContext,
  layers: readonly RouterLayer[],
  handler: KoaHandler,
): boolean {
  // The router records the running layer; that of `router.use` has no methods.
  const running = layers.findLast(({ path }) => path === context.routerPath)
  if (running?.methods.length === 0) return true
  return holds((context.app as { readonly middleware?: readonly unknown[] }).middleware, handler)
}

function holds(stack: readonly unknown[] = [], handler: KoaHandler): boolean {
  return stack.some(
    (middleware) =>
      middleware === handler ||
      (typeof middleware === 'function' && isNamedAs(middleware.name, handler)),
  )
}
