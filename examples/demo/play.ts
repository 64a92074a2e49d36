import { setTimeout as delay } from 'node:timers/promises'
import { type Delivery, makeDeliveries } from './deliveries.js'
import type { Command } from './process-group.js'
import { type RunningServer, startServer } from './server.js'
import { isRight, type Row } from './table.js'

/** What came of a play. */
export interface Report {
  readonly url: string
  /** Sent, answer, what the listeners saw. */
  readonly deliveries: readonly Row[]
  /** What the server's log says, by the delivery that it speaks of. */
  readonly log: readonly { readonly sent: string; readonly lines: readonly string[] }[]
  /** Whether every answer, and all that the listeners saw, was the right one. */
  readonly right: boolean
}

const answersWithinMs = 10_000
const hearsWithinMs = 3_000
/** How long a line that must not come is waited for. */
const graceMs = 100

/**
 * Starts a server, plays all deliveries against it and stops it, whatever happens.
 *
 * @param secret The secret that the deliveries are signed with.
 */
export async function play(command: Command, secret: string): Promise<Report> {
  const server = await startServer(command)
  const url = `${server.url}/webhooks/koywe`
  const rows: Row[] = []
  const log: { sent: string; lines: string[] }[] = []
  let seen = server.lines.length

  function record(delivery: Delivery, got: string): void {
    const { sent, heard } = delivery
    const lines = server.lines.slice(seen)
    seen += lines.length
    const events = lines.flatMap((line) => eventIn(line) ?? [])
    rows.push({
      done: sent,
      got: [got, events.join(', ') || nothing],
      wanted: [answerOf(delivery), heard ? heardOf(heard.eventName, heard.orderId) : nothing],
    })
    const rest = lines.filter((line) => eventIn(line) === undefined).map(sentenceIn)
    if (rest.length > 0) log.push({ sent, lines: rest })
  }

  try {
    for (const delivery of makeDeliveries(secret)) {
      const got = await post(url, delivery.body)
      const shouldHear = delivery.heard !== undefined && got === answerOf(delivery)
      await (shouldHear ? hear(server, seen) : delay(graceMs))
      record(delivery, got)
    }
  } finally {
    await server.stop()
  }
  const late = server.lines.slice(seen).flatMap((line) => eventIn(line) ?? [])
  if (late.length > 0) {
    rows.push({ done: 'after the last answer', got: ['', late.join(', ')], wanted: ['', nothing] })
  }
  return { url, deliveries: rows, log, right: rows.every(isRight) }
}

const nothing = 'nothing'

function answerOf({ status, answer }: Delivery): string {
  return `${status} ${answer}`
}

function heardOf(eventName: string, orderId: string): string {
  return `${eventName} of order ${orderId.slice(0, 8)}…`
}

async function post(url: string, body: string): Promise<string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
      signal: AbortSignal.timeout(answersWithinMs),
    })
    return `${response.status} ${await response.text()}`
  } catch (error) {
    return `no answer (${error instanceof Error ? error.message : String(error)})`
  }
}

/** The example's listeners print a line for each event: `event crypto_delivered order 5a3288ea-…`. */
function eventIn(line: string): string | undefined {
  const [, name, orderId] = /\bevent (\S+) order ([^\s"]+)/.exec(line) ?? []
  return name && orderId && heardOf(name, orderId)
}

/** A line of the log without the date, colour or JSON that a framework's log puts around it. */
function sentenceIn(line: string): string {
  return /\bkoywe \w+: [^"]+/.exec(line)?.[0] ?? line
}

/** Waits until a line of the listeners has come. */
async function hear(server: RunningServer, seen: number): Promise<void> {
  const end = Date.now() + hearsWithinMs
  while (!server.lines.slice(seen).some(eventIn) && Date.now() < end) await delay(5)
}
