import { writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { formatAnswer, post } from '@x/koywe-testkit/post'
import type { Command } from '@x/koywe-testkit/process-group'
import type { Agreement } from './agreement.js'
import { conclude } from './conclude.js'
import { type Delivery, makeDeliveries } from './deliveries.js'
import { makeQuestions, type Question } from './questions.js'
import { type RunningServer, startServer } from './server.js'
import { eventIn, heardOf, sentencesIn } from './server-log.js'
import { isRight, type Row } from './table.js'

/** What came of a play. */
export interface Report {
  /** Where the server listened. */
  readonly url: string
  /** Sent, answer, what the listeners saw. */
  readonly deliveries: readonly Row[]
  /** Asked, answer, what Koywe concludes. */
  readonly questions: readonly Row[]
  /** What the server's log says, by the delivery or question that it speaks of. */
  readonly log: readonly { readonly done: string; readonly lines: readonly string[] }[]
  /** Whether the server ended by itself when it was told to. */
  readonly stopped: boolean
  /** Whether every answer, and all that came of it, was the right one. */
  readonly right: boolean
}

const hearsWithinMs = 3_000
/** How long a line that must not come is waited for. */
const graceMs = 100
const nothing = 'nothing'

/** Starts a server, plays all deliveries and then all questions against it and stops it, whatever happens. */
export async function play(command: Command, agreement: Agreement): Promise<Report> {
  const server = await startServer(command)
  const deliveries: Row[] = []
  const questions: Row[] = []
  const log: { done: string; lines: string[] }[] = []
  let seen = server.lines.length

  /** The lines since the last time; what they say is kept for the log. */
  function readLines(done: string): readonly string[] {
    const lines = server.lines.slice(seen)
    seen += lines.length
    const sentences = sentencesIn(lines)
    if (sentences.length > 0) log.push({ done, lines: sentences })
    return lines
  }

  async function playDelivery({ sent, body, status, answer, heard }: Delivery): Promise<void> {
    const wanted = formatAnswer({ status, body: answer })
    const got = formatAnswer(await post(`${server.url}/webhooks/koywe`, body))
    await (heard && got === wanted ? hear(server, seen) : delay(graceMs))
    const events = readLines(sent).flatMap((line) => eventIn(line) ?? [])
    deliveries.push({
      done: sent,
      got: [got, events.join(', ') || nothing],
      wanted: [wanted, heard ? heardOf(heard.eventName, heard.orderId) : nothing],
    })
  }

  async function playQuestion(question: Question): Promise<void> {
    const { asked, body, users, authorization, status, allowed } = question
    await writeFile(agreement.usersFile, users)
    const headers = authorization === undefined ? {} : { Authorization: authorization }
    const answer = await post(`${server.url}/koywe/auth`, body, headers)
    const conclusion = typeof answer === 'string' ? nothing : conclude(answer.status, answer.body)
    await delay(graceMs)
    readLines(asked)
    questions.push({
      done: asked,
      got: [formatAnswer(answer), conclusion],
      wanted: [
        formatAnswer({ status, body: String(allowed) }),
        allowed ? 'allowed' : 'not allowed',
      ],
    })
  }

  let answered = seen
  let stopped = false
  try {
    for (const delivery of makeDeliveries(agreement.secret)) await playDelivery(delivery)
    answered = seen
    for (const question of makeQuestions(agreement.token)) await playQuestion(question)
  } finally {
    stopped = await server.stop()
  }
  const late = server.lines.slice(answered).flatMap((line) => eventIn(line) ?? [])
  if (late.length > 0) {
    const done = 'after the last answer'
    deliveries.push({ done, got: ['', late.join(', ')], wanted: ['', nothing] })
  }
  const right = [...deliveries, ...questions].every(isRight)
  return { url: server.url, deliveries, questions, log, stopped, right }
}

/** Waits until a line of the listeners has come. */
async function hear(server: RunningServer, seen: number): Promise<void> {
  const end = Date.now() + hearsWithinMs
  while (!server.lines.slice(seen).some(eventIn) && Date.now() < end) await delay(5)
}
