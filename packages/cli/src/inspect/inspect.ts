import { setTimeout as delay } from 'node:timers/promises'
import { defaultPaths } from '@x/koywe-core/testing'
import { type ExitCode, exitCodes, onInterrupt, usageError } from '../contract/exit.js'
import { guardedUrl, withPath } from '../contract/guard.js'
import { createApplication } from './application.js'
import type { ApplicationState } from './entries.js'
import { inspectedEnvironment } from './launch/environment.js'
import { launch } from './launch/launch.js'
import { createForwarded } from './proxy/forwarded.js'
import { startProxy } from './proxy/proxy.js'
import { createRecorder } from './recorder.js'
import type { ReportListener } from './server/reports.js'
import { preloadFile, type SessionOptions, startSession } from './session.js'

/** The options of `koywe inspect`. */
export interface InspectOptions extends SessionOptions {
  readonly forwardTo?: string
  readonly proxyPort?: number
  readonly iOwnThisServer?: boolean
}

/** Shows what an application's receivers do, until it ends or the person has seen enough. Returns the exit code. */
export async function inspect(
  command: readonly string[],
  options: InspectOptions,
): Promise<number> {
  const { forwardTo, load } = options
  if (command.length > 0 && forwardTo !== undefined) {
    throw usageError(
      'either koywe starts the application, or it forwards to one that runs',
      'Leave out --forward-to, or the command after --',
    )
  }
  if (options.proxyPort !== undefined && forwardTo === undefined) {
    throw usageError('--proxy-port needs --forward-to')
  }
  if (command.length > 0) return inspectCommand(command, options)
  if (forwardTo !== undefined) return inspectProxy(forwardTo, options)
  if (load !== undefined) return inspectFile(load, options)
  throw usageError(
    'there is nothing to inspect',
    'koywe inspect -- npm run dev, or koywe inspect --forward-to http://127.0.0.1:3000',
  )
}

/** What is left of reports is read once every process has ended. */
const lastReportMs = 100

async function inspectCommand(
  command: readonly string[],
  options: SessionOptions,
): Promise<number> {
  const session = await startSession(options, ({ stateChanged, canSign, ...parts }) => {
    const application = createApplication(canSign, stateChanged)
    const listen = createRecorder({ ...parts, application })
    return { state: application.state, listen, application }
  })
  const { application, output, ready, close, reportAddress } = session
  try {
    const env = inspectedEnvironment(process.env, preloadFile, reportAddress)
    // With --json, stdout is ours.
    const launched = await launch(command, env, output.json ? 2 : 'inherit')
    onInterrupt(() => launched.signal('SIGINT'))
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => launched.signal(signal))
    }
    ready()
    const ending = await launched.ended
    await delay(lastReportMs)
    application.gone(ending.how)
    return ending.exitCode
  } finally {
    application.close()
    await close()
  }
}

async function inspectProxy(forwardTo: string, options: InspectOptions): Promise<number> {
  const target = guardedUrl(forwardTo, options.iOwnThisServer)
  const proxyUrl = withPath(
    new URL(target.pathname, 'http://127.0.0.1'),
    defaultPaths.koyweWebhooks,
  )
  const session = await startSession(options, ({ stateChanged, canSign }) => {
    const forwarded = createForwarded(target, proxyUrl, canSign, stateChanged)
    return { state: forwarded.state, listen: noReports, forwarded }
  })
  const { forwarded, history, sends, targets, output, ready, close } = session
  try {
    const onReach = forwarded.reach
    const parts = { history, sends, target, port: options.proxyPort ?? 0, onReach }
    const proxy = await startProxy(parts)
    proxyUrl.port = String(proxy.port)
    targets.listening(forwarded, '127.0.0.1', proxy.port, false)
    output.note(`koywe inspect: forwards http://127.0.0.1:${proxy.port} to ${target.origin}`)
    ready({ forwards: proxyUrl.origin, to: target.origin })
    await interrupted()
    proxy.close()
    return exitCodes.interrupted
  } finally {
    forwarded.close()
    await close()
  }
}

async function inspectFile(path: string, options: SessionOptions): Promise<ExitCode> {
  const state: ApplicationState = {
    ...{ kind: 'application', version: 1, state: 'gone', mode: 'launcher' },
    canSign: { ramp: false, payments: false },
    sentence: `These are the saved requests of ${path}. No application is running.`,
    firstCommand: 'koywe inspect -- npm run dev',
    firstQuestion: 'koywe inspect -- npm run dev',
    counted: { requests: 0, refused: 0 },
  }
  const session = await startSession(options, () => ({ state: () => state, listen: noReports }))
  session.ready()
  await interrupted()
  await session.close()
  return exitCodes.interrupted
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    onInterrupt(resolve)
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}

function noReports(): ReportListener {
  return { report() {}, end() {} }
}
