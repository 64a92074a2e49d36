import { AsyncLocalStorage } from 'node:async_hooks'
import { context } from '@opentelemetry/api'

/**
 * The storage in which OpenTelemetry's context manager keeps the active context. Neither way to it is public: `undefined` where it is
 * not found, or where the manager keeps the context elsewhere. A storage of our own that calls `context.with` is no substitute: Node 26
 * asks more of it than `run`, and would fail the application's request.
 */
export function contextStorage(): AsyncLocalStorage<unknown> | undefined {
  const manager: unknown = Reflect.get(context, '_getContextManager')?.call(context)
  if (typeof manager !== 'object' || manager === null) return undefined
  const storage: unknown = Reflect.get(manager, '_asyncLocalStorage')
  return storage instanceof AsyncLocalStorage ? storage : undefined
}
