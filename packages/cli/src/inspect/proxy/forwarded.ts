import { connect } from 'node:net'
import type { ApplicationState } from '../entries.js'

/** What a proxy knows of the application behind it. */
export interface Forwarded {
  state(): ApplicationState
  /** The application has answered, or could not be reached. */
  reach(isUp: boolean): void
  close(): void
}

const probeMs = 2000

/** Watches whether anything listens at the target. It calls `onChange` at every change. */
export function createForwarded(
  target: URL,
  proxyUrl: URL,
  canSign: ApplicationState['canSign'],
  onChange: () => void,
): Forwarded {
  let state: 'starting' | 'up' | 'gone' = 'starting'
  const sentences = {
    starting: `Nothing has answered at ${target.origin} yet. Start the application.`,
    up: `The application answers at ${target.origin}. Only what passes this proxy is seen, and the reason of a refusal is unknown: the application was not started by koywe.`,
    gone: `Nothing answers at ${target.origin} any more. Start the application again.`,
  }

  function reach(isUp: boolean): void {
    const next = isUp ? 'up' : state === 'starting' ? 'starting' : 'gone'
    if (next === state) return
    state = next
    onChange()
  }

  function probe(): void {
    const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80))
    const socket = connect({
      host: target.hostname.replace(/^\[|\]$/g, ''),
      port,
      timeout: probeMs,
    })
    socket.once('connect', () => {
      reach(true)
      socket.destroy()
    })
    socket.once('timeout', () => socket.destroy(new Error('timeout')))
    socket.once('error', () => reach(false))
  }

  probe()
  const timer = setInterval(probe, probeMs).unref()
  return {
    state: () => ({
      ...{ kind: 'application', version: 1, mode: 'proxy', state, origin: target.origin, canSign },
      ...{ sentence: sentences[state], counted: { requests: 0, refused: 0 } },
      firstCommand: `koywe send payment_created --url ${proxyUrl.href}`,
      firstQuestion: `koywe auth ${proxyUrl.origin} --email maria@example.com`,
    }),
    reach,
    close: () => clearInterval(timer),
  }
}
