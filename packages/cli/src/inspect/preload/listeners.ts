import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/** Listeners that come and go together. Doing either twice is doing it once. */
export interface Listeners {
  subscribe(): void
  unsubscribe(): void
}

/** Makes listeners of channels, by the channels' names. What they throw is swallowed: the application goes first. */
export function listeners(
  // biome-ignore lint/suspicious/noExplicitAny: each knows what its channel publishes
  byChannel: Readonly<Record<string, (message: any) => void>>,
): Listeners {
  const quiet = Object.entries(byChannel).map(([name, listener]) => {
    const quietly = (message: unknown): void => {
      try {
        listener(message)
      } catch {
        // As if it had not been called.
      }
    }
    return [name, quietly] as const
  })
  let areOn = false
  return {
    subscribe() {
      if (areOn) return
      areOn = true
      for (const [name, listener] of quiet) subscribe(name, listener)
    },
    unsubscribe() {
      if (!areOn) return
      areOn = false
      for (const [name, listener] of quiet) unsubscribe(name, listener)
    },
  }
}
