import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createOutput, type Output } from '../contract/output.js'
import { secretIfAny } from '../contract/secret.js'
import { createActions } from './actions.js'
import { catalogue } from './catalogue.js'
import type { ApplicationState, Entry } from './entries.js'
import { createHistory, type History } from './history.js'
import { openBrowser } from './open-browser.js'
import { createSaveFile, readSaved } from './saved.js'
import { createSends, type Sends } from './sends.js'
import { readPage } from './server/page-files.js'
import type { ReportListener } from './server/reports.js'
import { startServer } from './server/server.js'
import { createStream } from './server/stream.js'
import { createToken } from './server/token.js'
import { createTargets, type Targets } from './targets.js'

/** What every way to inspect is told. */
export interface SessionOptions {
  readonly port: number
  /** `false` with --no-open. */
  readonly open: boolean
  readonly save?: string
  readonly load?: string
  readonly secret?: string
  readonly json?: boolean
}

/** What every way to inspect has: a history, and somebody who looks at it. */
export interface Session {
  readonly output: Output
  readonly history: History
  readonly sends: Sends
  readonly targets: Targets
  /** Of which APIs there is a secret to sign with. */
  readonly canSign: ApplicationState['canSign']
  /** The address that a preload reports to. */
  readonly reportAddress: string
  /** The application's state has changed. */
  stateChanged(): void
  /** Says that it is ready: as a line of JSON, or with the address of the page. */
  ready(more?: object): void
  close(): Promise<void>
}

/** Where a session gets what it shows beside the history. */
export interface SessionSource {
  state(): ApplicationState
  listen(): ReportListener
}

const besideThis = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** The preload, and the page, in what is published. This module is in a chunk there. */
export const preloadFile = besideThis('../inspect/preload/preload.js')
const pageFolder = besideThis('../page')

/** How long a page may take to read what is left. */
const lastReadMs = 200

/** Starts to keep and to show. @throws {CliError} for a file or a port that cannot be used. */
export async function startSession<Source extends SessionSource>(
  options: SessionOptions,
  sourceOf: (session: Omit<Session, 'reportAddress'>) => Source,
): Promise<Session & Source> {
  const output = createOutput(options)
  const secrets = {
    ramp: await secretIfAny(options.secret),
    payments: await secretIfAny(undefined, 'payments'),
  }
  const canSign = {
    ramp: secrets.ramp !== undefined,
    payments: secrets.payments !== undefined,
  }
  const history = createHistory()
  const note = (sentence: string): void => output.note(`koywe inspect: ${sentence}`)
  if (options.load !== undefined) await load(options.load, history, note)
  const file = options.save === undefined ? undefined : createSaveFile(options.save, note)
  if (file) {
    history.subscribe((entry) => {
      if (entry.status !== undefined) file.save(entry)
    })
  }
  const [sends, targets] = [createSends(), createTargets()]
  const [token, reportToken] = [createToken(), createToken()]
  const stream = createStream(history, () => source.state())

  let isReady = false

  /** Prints a request once it is answered. */
  function print(entry: Entry): void {
    if (entry.status !== undefined) output.result(entry, '')
  }

  const session = {
    ...{ output, history, sends, targets, canSign },
    stateChanged() {
      stream.state()
      if (output.json && isReady) output.result(source.state(), '')
    },
    ready(more: object = {}) {
      if (output.json) {
        isReady = true
        output.result({ kind: 'ready', ...more }, '')
        output.result(source.state(), '')
        for (const entry of history.entries()) print(entry)
        history.subscribe(print)
        return
      }
      const url = `http://127.0.0.1:${server.port}/#token=${token}`
      note(`the page is at ${url}`)
      if (options.open && process.stdout.isTTY && process.stderr.isTTY) openBrowser(url)
    },
    async close() {
      stream.close()
      if (stream.isWatched()) await delay(lastReadMs)
      server.close()
      file?.close()
    },
  }
  const source = sourceOf(session)
  const { act } = createActions({ history, sends, targets, secrets })
  const page = { files: readPage(pageFolder), token, stream, catalogue, act }
  const parts = { reportToken, listen: source.listen, ...(!output.json && { page }) }
  const server = await startServer(parts, options.port).catch((error: unknown) => {
    file?.close()
    throw error
  })
  return { ...source, ...session, reportAddress: `http://127.0.0.1:${server.port}/${reportToken}` }
}

async function load(
  path: string,
  history: History,
  note: (sentence: string) => void,
): Promise<void> {
  const { entries, corrupted } = await readSaved(path)
  for (const entry of entries) history.put(entry)
  for (const line of corrupted) {
    note(`line ${line} of ${path} is not a saved request and is left out`)
  }
}
