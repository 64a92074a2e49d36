import type { ApplicationState } from './entries.js'

/** What the inspector knows of the application. */
export interface Application {
  state(): ApplicationState
  /** A process of the application accepts connections: at an origin, or where this computer does not reach it by its own name. */
  up(process: object, origin: string | undefined): void
  /** A delivery has come in at an origin, which is where the receiver is. */
  delivered(origin: string): void
  /** A process that reported has ended. */
  ended(process: object): void
  /** The command that started the application has ended. */
  gone(how: string): void
  /** Requests were answered, some of them with an error, that are only counted. */
  counted(requests: number, refused: number): void
  close(): void
}

const silentMs = 10_000
const elsewhere = {
  state: 'up',
  sentence:
    'The application accepts connections, but not at 127.0.0.1: its deliveries are shown, and none can be sent from here. To send, let it listen there, too.',
} as const
/** A command that ends soon after its application is not a watcher. */
const restartMs = 300

/** Creates the state of an application that the inspector starts. It calls `onChange` at every change. */
export function createApplication(
  canSign: ApplicationState['canSign'],
  onChange: () => void,
): Application {
  /** Of each process that accepts connections, the origins that this computer reaches. */
  const processes = new Map<object, Set<string>>()
  /** Where the latest delivery came in. */
  let delivered: string | undefined
  let counted = { requests: 0, refused: 0 }
  let firstCommand = 'koywe send payment_created'
  let firstQuestion = 'koywe auth --email maria@example.com'
  let current: Pick<ApplicationState, 'state' | 'sentence' | 'origin'> = {
    state: 'starting',
    sentence: 'The application is starting. It does not accept connections yet.',
  }
  let timer = setTimeout(() => {
    change({
      state: 'silent',
      sentence:
        `The application has not reported within ${silentMs / 1000} seconds: it does not accept connections yet, or the inspector is not in ` +
        'its process, as in a container or with Bun or Deno. For those use koywe inspect --forward-to URL.',
    })
  }, silentMs).unref()

  function change(next: typeof current): void {
    if (current.state === 'gone') return
    clearTimeout(timer)
    if (next.sentence === current.sentence && next.origin === current.origin) return
    current = next
    onChange()
  }

  function nowUp(): void {
    const origins = [...new Set([...processes.values()].flatMap((own) => [...own]))]
    const isKnown = delivered !== undefined && origins.includes(delivered)
    const origin = isKnown ? delivered : origins[0]
    if (origin === undefined) {
      change(elsewhere)
      return
    }
    firstCommand = `koywe send payment_created --url ${origin}/webhooks/koywe`
    firstQuestion = `koywe auth ${origin} --email maria@example.com`
    const doubt =
      isKnown || origins.length === 1
        ? ''
        : ` Which one the receiver is behind is known once a delivery arrives; until then, events from here go to ${origin}.`
    const sentence = `The application accepts connections at ${origins.join(' and ')}.${doubt}`
    change({ state: 'up', origin, sentence })
  }

  return {
    state: () => ({
      ...{ kind: 'application', version: 1, mode: 'launcher' },
      ...current,
      ...{ canSign, firstCommand, firstQuestion, counted },
    }),
    up(process, origin) {
      const own = processes.get(process)
      if (own && (origin === undefined || own.has(origin))) return
      processes.set(process, new Set([...(own ?? []), ...(origin === undefined ? [] : [origin])]))
      nowUp()
    },
    delivered(origin) {
      if (delivered === origin) return
      delivered = origin
      if (current.state === 'up') nowUp()
    },
    ended(process) {
      if (!processes.delete(process)) return
      if (processes.size > 0) return nowUp()
      clearTimeout(timer)
      timer = setTimeout(() => {
        change({
          state: 'restarting',
          sentence:
            'The process of the application has ended, and its command still runs. A watcher starts it again, or waits for a change to a file.',
        })
      }, restartMs).unref()
    },
    gone(how) {
      const sentence = `The application has ended ${how}, and koywe inspect with it. Start it again to inspect on.`
      change({ state: 'gone', sentence })
    },
    counted(requests, refused) {
      counted = { requests: counted.requests + requests, refused: counted.refused + refused }
      onChange()
    },
    close: () => clearTimeout(timer),
  }
}
