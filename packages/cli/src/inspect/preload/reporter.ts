import { connect, type Socket } from 'node:net'
import { reportOf, type Traced } from './traced.js'
import { protocol, type Report } from './wire.js'

/** Sends reports to the inspector, some of them at a time. */
export interface Reporter {
  /** Sends a report with the next batch. */
  report(report: Report): void
  /** Sends what is known of a request when the next batch is sent. */
  queue(one: Traced): void
}

/** Batches save the application time, and a page needs no more than 40 of them a second. */
const batchMs = 25
const mostQueued = 2000
const mostUnsentBytes = 8 * 1024 * 1024

// An application's tests may replace it.
const { setTimeout } = globalThis

/**
 * Creates a reporter for the inspector at `address`, `http://127.0.0.1:<port>/<token>`. It connects when there is something to report.
 * Returns `undefined` where nothing must be reported. Once the inspector has gone, it calls `onEnd` and reports no more.
 */
export function createReporter(
  address: string | undefined,
  onEnd: () => void,
): Reporter | undefined {
  if (!address) return undefined
  const target = targetOf(address)
  let socket: Socket | undefined
  let isOver = false
  let isDue = false
  let dropped = 0
  let reports: Report[] = []
  let requests: Traced[] = []

  function schedule(): void {
    if (isDue) return
    isDue = true
    setTimeout(flush, batchMs).unref()
  }

  function flush(): void {
    isDue = false
    try {
      if (!isOver) send()
    } catch {
      end()
    }
  }

  function send(): void {
    socket ??= open()
    if (socket === undefined) return
    if (socket.writableLength > mostUnsentBytes) {
      dropped += requests.filter(({ done }) => done).length
      for (const one of requests) one.queued = false
      requests = []
      // Nothing else tells when the inspector reads again.
      schedule()
      return
    }
    const lines = reports.map((report) => JSON.stringify(report))
    if (dropped > 0) lines.push(JSON.stringify({ type: 'dropped', count: dropped }))
    for (const one of requests) {
      one.queued = false
      lines.push(JSON.stringify(reportOf(one)))
    }
    dropped = 0
    reports = []
    requests = []
    if (lines.length > 0) socket.write(`${lines.join('\n')}\n`)
  }

  function open(): Socket | undefined {
    const refusal = refusalOf(target)
    if (refusal !== undefined) {
      process.stderr.write(`koywe inspect: ${refusal}\n`)
      end()
      return undefined
    }
    // `refusalOf` has refused without a target.
    const { hostname, port, pathname, host } = target as URL
    const opened = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) })
    opened.unref().setNoDelay(true)
    opened.on('error', end).on('close', end).on('end', end).resume()
    opened.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`,
    )
    process.on('exit', flush)
    return opened
  }

  function end(): void {
    if (isOver) return
    isOver = true
    reports = []
    requests = []
    process.off('exit', flush)
    socket?.destroy()
    onEnd()
  }

  return {
    report(report) {
      if (isOver) return
      reports.push(report)
      schedule()
    },
    queue(one) {
      if (isOver || one.queued) return
      if (requests.length >= mostQueued) {
        if (one.done) dropped++
        return
      }
      one.queued = true
      requests.push(one)
      schedule()
    },
  }
}

function targetOf(address: string): URL | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url && /^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/.test(url.origin) ? url : undefined
}

/** Asked when there is something to report, so that a command that only starts the application, such as npm, says nothing. */
function refusalOf(target: URL | undefined): string | undefined {
  if (target === undefined) {
    return 'KOYWE_INSPECT is not an address of this computer, so nothing is reported.'
  }
  if (process.env.NODE_ENV === 'production') {
    return 'NODE_ENV is production, so nothing is reported. Inspect an application in development.'
  }
  return undefined
}
