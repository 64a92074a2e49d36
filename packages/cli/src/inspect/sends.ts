import type { Sent } from './reported-entry.js'

/** The requests that the inspector is sending, by the port they leave from: no header tells the application that it is tested. */
export interface Sends {
  /** A request leaves from this port. Resolves to its number once it is known; `end` gives up waiting. */
  begin(port: number, sent: Sent): { readonly number: Promise<number | undefined>; end(): void }
  /** Recognises a request that came from this port. */
  arrived(port: number | undefined, number: number): Sent
}

const fromOutside: Sent = { origin: 'received' }

/** Creates the list. */
export function createSends(): Sends {
  const sends = new Map<number, { sent: Sent; found: (number: number | undefined) => void }>()
  return {
    begin(port, sent) {
      const { promise, resolve } = withResolvers<number | undefined>()
      const send = { sent, found: resolve }
      sends.set(port, send)
      return {
        number: promise,
        end() {
          if (sends.get(port) === send) sends.delete(port)
          resolve(undefined)
        },
      }
    },
    arrived(port, number) {
      const send = port === undefined ? undefined : sends.get(port)
      if (!send || port === undefined) return fromOutside
      // The port belongs to one request, and may soon be another's.
      sends.delete(port)
      send.found(number)
      return send.sent
    },
  }
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers<T>() {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
