// Runs inside the application, before it, and tells `koywe inspect` what its receivers publish. It imports nothing but Node, keeps no
// process alive, and must never slow, change or end the application: every error of its own is swallowed.
//
// Whoever subscribes to a receiver makes it publish, which is most of what inspecting costs. So once requests come faster than a person
// can look at them, it unsubscribes for a while, and only counts answers.
import type { Server } from 'node:net'
import { createBudget } from './budget.js'
import { createCounter } from './counter.js'
import { listeners } from './listeners.js'
import { createReporter } from './reporter.js'
import { type Context, type Traced, traced } from './traced.js'

/** How many requests are reported that come at once, and how many a second from then on. A page keeps 500. */
const [mostAtOnce, perSecond] = [5000, 100]
/** How often it looks whether the rush is over, and how many looks later it reports of one in which there are errors. */
const [lookMs, looksForErrors] = [1000, 10]

// An application's tests may replace it.
const { setTimeout } = globalThis

const reporter = createReporter(process.env.KOYWE_INSPECT, stop)
const budget = createBudget(mostAtOnce, perSecond)
const counter = createCounter((isRefused) => reporter?.counted(isRefused))

const running = new Map<Context, Traced>()
/** Those whose listeners outlast the answer, by their event. */
const late = new WeakMap<object, Traced>()
let isPaused = false
let isOver = false

const servers = listeners({
  'tracing:net.server.listen:asyncEnd': ({ server }: { readonly server: Server }) => {
    const address = server.address()
    if (typeof address !== 'object' || address === null) return
    reporter?.listening(address.address, address.port, 'setSecureContext' in server)
  },
  'http.server.response.finish': counter.answered,
})
const beginnings = listeners({
  'http.server.request.start': counter.arrived,
  'tracing:koywe:delivery:start': (context: Context) => begin('delivery', context),
  'tracing:koywe:auth:start': (context: Context) => begin('question', context),
})
const endings = listeners({
  'tracing:koywe:delivery:asyncEnd': end,
  'tracing:koywe:auth:asyncEnd': end,
  'tracing:koywe:process:error': failed,
})

function begin(type: Traced['type'], context: Context): void {
  const arrival = counter.follow(context.request)
  if (arrival === 'counted') return
  const one = traced(type, context, arrival)
  running.set(context, one)
  reporter?.begin(one)
  if (!budget.spend() && counter.isExact()) pause()
}

function end(context: Context): void {
  const one = running.get(context)
  if (!one) return
  running.delete(context)
  if (context.event && context.code === 'timeout') late.set(context.event, one)
  reporter?.update(one)
  if (isPaused && running.size === 0) endings.unsubscribe()
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

function pause(): void {
  isPaused = true
  beginnings.unsubscribe()
  counter.pause()
  lookLater(looksForErrors)
}

function lookLater(looks: number): void {
  setTimeout(() => look(looks - 1), lookMs).unref()
}

/** Node's channels get slower every time somebody comes or goes, so of a rush in which all goes well nothing more is reported. */
function look(looks: number): void {
  if (isOver) return
  reporter?.flushSoon()
  const { answers, refused } = counter.sinceLast()
  const isRush = answers > perSecond
  if (isRush && (looks > 0 || refused === 0)) lookLater(looks)
  else resume()
}

function resume(): void {
  isPaused = false
  budget.refill()
  counter.resume()
  beginnings.subscribe()
  endings.subscribe()
}

function stop(): void {
  isOver = true
  for (const group of [servers, beginnings, endings]) group.unsubscribe()
  running.clear()
}

if (reporter) for (const group of [servers, beginnings, endings]) group.subscribe()
