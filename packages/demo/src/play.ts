import { writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { ask, deliver } from '@x/koywe-core/testing'
import type { Command } from '@x/koywe-testkit/process-group'
import { createDeliveries, type Delivery, refusals } from './deliveries.js'
import { formatAnswer, formatFailure } from './format-answer.js'
import { createQuestions, type Question } from './questions.js'
import { type RunningServer, startServer } from './server.js'
import { eventIn, formatEvent, sentencesIn } from './server-log.js'
import type { ServerSettings } from './server-settings.js'
import { isRight, type Row } from './table.js'

/** The results of a play. */
export interface Report {
  /** Where the server listened. */
  readonly url: string
  /** Sent, answer, what the listeners saw. */
  readonly deliveries: readonly Row[]
  /** The same, for everything that must be refused. */
  readonly refusals: readonly Row[]
  /** Asked, answer, what Koywe concludes. */
  readonly questions: readonly Row[]
  /** The lines of the server's log, by the delivery or question that caused them. */
  readonly log: readonly { readonly done: string; readonly lines: readonly string[] }[]
  /** Whether the server ended by itself on SIGTERM. */
  readonly stopped: boolean
  /** Whether every answer, and everything that the listeners saw, was right. */
  readonly right: boolean
}

const eventWithinMs = 3_000
/** How long to wait for a line that need not come. */
const graceMs = 100
/** How long the lines after the first may take. */
const restMs = 20
const nothing = 'nothing'

/** Starts a server, plays all deliveries and then all questions against it, and always stops it. */
export async function play(command: Command, settings: ServerSettings): Promise<Report> {
  const { secret, token, usersFile } = settings
  const server = await startServer(command)
  const rows = { deliveries: [] as Row[], refusals: [] as Row[], questions: [] as Row[] }
  const log: { done: string; lines: string[] }[] = []
  let read = server.lines.length

  /** The lines since the last call. Those that are not events are kept for the log. */
  function readLines(done: string): readonly string[] {
    const lines = server.lines.slice(read)
    read += lines.length
    const sentences = sentencesIn(lines)
    if (sentences.length > 0) log.push({ done, lines: sentences })
    return lines
  }

  async function playDelivery({ name, event, as, status, body, seen }: Delivery): Promise<Row> {
    const wanted = formatAnswer({ status, body })
    const got = await deliver(server.url, event, { secret, ...(as && { as }) }).then(
      formatAnswer,
      formatFailure,
    )
    const isAccepted = seen !== undefined && got === wanted
    await (isAccepted ? waitForLine(server, read, eventWithinMs, eventIn) : graceFor(server, read))
    const events = readLines(name).flatMap((line) => eventIn(line) ?? [])
    return {
      done: name,
      got: [got, events.join(', ') || nothing],
      wanted: [wanted, seen ? formatEvent(seen.eventName, seen.orderId) : nothing],
    }
  }

  async function playQuestion(question: Question): Promise<Row> {
    const { name, email, options, users, status, allowed } = question
    await writeFile(usersFile, users)
    const got = await ask(server.url, email, options).then(
      (answer) => [formatAnswer(answer), formatConclusion(answer.koyweConcludes)],
      (error) => [formatFailure(error), nothing],
    )
    await graceFor(server, read)
    readLines(name)
    const wanted = [formatAnswer({ status, body: allowed }), formatConclusion(allowed)]
    return { done: name, got, wanted }
  }

  let answered = read
  let stopped = false
  try {
    for (const delivery of createDeliveries()) rows.deliveries.push(await playDelivery(delivery))
    for (const refusal of refusals) rows.refusals.push(await playDelivery(refusal))
    answered = read
    for (const question of createQuestions(token)) rows.questions.push(await playQuestion(question))
  } finally {
    stopped = await server.stop()
  }
  const late = server.lines.slice(answered).flatMap((line) => eventIn(line) ?? [])
  if (late.length > 0) {
    const done = 'after the last answer'
    rows.deliveries.push({ done, got: ['', late.join(', ')], wanted: ['', nothing] })
  }
  const right = Object.values(rows).flat().every(isRight)
  return { url: server.url, ...rows, log, stopped, right }
}

function formatConclusion(yes: boolean): string {
  return yes ? 'allowed' : 'not allowed'
}

/** Gives the server the time to log why it has refused a request. */
async function graceFor(server: RunningServer, read: number): Promise<void> {
  await waitForLine(server, read, graceMs, () => true)
  await delay(restMs)
}

/** Waits until the server has written a line that fits, or until time runs out. */
async function waitForLine(
  server: RunningServer,
  read: number,
  withinMs: number,
  fits: (line: string) => unknown,
): Promise<void> {
  const end = Date.now() + withinMs
  while (!server.lines.slice(read).some(fits) && Date.now() < end) await delay(5)
}
