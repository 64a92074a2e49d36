import type { AsyncLocalStorage } from 'node:async_hooks'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'

/** One instrumentation, which several callers may share. */
export interface Running {
  readonly tracerProvider: TracerProvider | undefined
  readonly meterProvider: MeterProvider | undefined
  /** How many callers have not stopped it yet. */
  users: number
  /** The storage in which its spans are made the active ones. */
  bound: AsyncLocalStorage<unknown> | undefined
  end(): void
}

const key = Symbol.for('@x/koywe-core.opentelemetry')

/** All that run in this process, also those that another copy of this package has started. */
export function runningHere(): Set<Running> {
  const home = globalThis as { [key]?: Set<Running> } // nothing else has this symbol
  home[key] ??= new Set()
  return home[key]
}
