// Runs inside the application, before it, and tells `koywe inspect` what its receivers publish. It imports nothing but Node, keeps no
// process alive, and must never slow, change or end the application: every error of its own is swallowed.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import type { Server } from 'node:net'
import { createReporter } from './reporter.js'
import { type Context, type Traced, traced } from './traced.js'

const reporter = createReporter(process.env.KOYWE_INSPECT, stop)

/** The requests of `node:http`, by the array of their headers, which the contexts hold too. */
const requests = new WeakMap<readonly string[], IncomingMessage>()
const running = new Map<Context, Traced>()
/** Those whose listeners outlast the answer, by their event. */
const late = new WeakMap<object, Traced>()

const subscriptions: readonly (readonly [string, (message: unknown) => void])[] = [
  on('net.server.listen:asyncEnd', ({ server }: { readonly server: Server }) => {
    const address = server.address()
    if (typeof address !== 'object' || address === null) return
    reporter?.listening(address.address, address.port)
  }),
  on('koywe:delivery:start', (context: Context) => begin('delivery', context)),
  on('koywe:delivery:asyncEnd', end),
  on('koywe:auth:start', (context: Context) => begin('question', context)),
  on('koywe:auth:asyncEnd', end),
  on('koywe:process:error', failed),
]

function on<Message>(name: string, listener: (message: Message) => void) {
  return channel(`tracing:${name}`, listener)
}

function channel<Message>(name: string, listener: (message: Message) => void) {
  const quietly = (message: unknown): void => {
    try {
      listener(message as Message) // what this channel publishes
    } catch {
      // The application goes first.
    }
  }
  return [name, quietly] as const
}

const arrivals = channel(
  'http.server.request.start',
  ({ request }: { readonly request: IncomingMessage }) => {
    if (request.method === 'POST') requests.set(request.rawHeaders, request)
  },
)

function begin(type: Traced['type'], context: Context): void {
  const rawHeaders = context.request?.rawHeaders
  const one = traced(type, context, rawHeaders && requests.get(rawHeaders))
  running.set(context, one)
  reporter?.begin(one)
}

function end(context: Context): void {
  const one = running.get(context)
  if (!one) return
  running.delete(context)
  if (context.event && context.code === 'timeout') late.set(context.event, one)
  reporter?.update(one)
}

/** The listeners share the event with their delivery. */
function failed({ event, error }: { readonly event?: object; readonly error?: unknown }): void {
  if (!event) return
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error]
  const answered = late.get(event)
  if (answered) {
    answered.errors = errors
    reporter?.update(answered)
  }
  for (const one of running.values()) if (one.context.event === event) one.errors = errors
}

function stop(): void {
  for (const [name, listener] of [...subscriptions, arrivals]) unsubscribe(name, listener)
  running.clear()
}

if (reporter) {
  for (const [name, listener] of [...subscriptions, arrivals]) subscribe(name, listener)
}
