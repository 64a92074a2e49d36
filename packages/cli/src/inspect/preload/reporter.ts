import { connect, type Socket } from 'node:net'
import { createBatch } from './batch.js'
import type { Traced } from './traced.js'
import { protocol } from './wire.js'

/** Sends reports to the inspector, some of them at a time. */
export interface Reporter {
  /** A server accepts connections. */
  listening(address: string, port: number, secure: boolean): void
  /** A request has arrived. It is reported only if it is not answered soon. */
  begin(one: Traced): void
  /** There is more to report of a request: its answer, or a late error. */
  update(one: Traced): void
  /** A request was answered that is only counted. The count goes out with the next reports. */
  counted(isRefused: boolean): void
  /** Reports soon what there is. */
  flushSoon(): void
}

/** Batches save the application time, and a page needs no more than 40 of them a second. */
const batchMs = 25
const mostUnsentBytes = 8 * 1024 * 1024
const mostRunning = 10_000
/** What is not read keeps a process alive that is about to end, so an inspector that reads nothing for longer has gone. */
const stalledMs = 5000

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
  const batch = createBatch()
  /** Those that the inspector does not know of yet. */
  const begun = new Set<Traced>()
  let socket: Socket | undefined
  let isOver = false
  let isDue = false
  let counted = 0
  let refused = 0
  /** How many bytes have left, and since when no more have. */
  let left = -1
  let unreadSince = 0

  function schedule(): void {
    if (isDue) return
    isDue = true
    setTimeout(flush, batchMs).unref()
  }

  /** The timer keeps no process alive, so one that ends before it must send what is due now. */
  function flushDue(): void {
    if (isDue) flush()
  }

  function flush(): void {
    isDue = false
    try {
      if (!isOver) send()
    } catch {
      end()
    }
  }

  function count(isRefused: boolean): void {
    counted++
    if (isRefused) refused++
  }

  function send(): void {
    socket ??= open()
    if (socket === undefined) return
    const now = performance.now()
    const leftNow = socket.bytesWritten - socket.writableLength
    if (leftNow !== left || socket.writableLength === 0) unreadSince = now
    left = leftNow
    if (now - unreadSince > stalledMs) {
      end()
    } else if (socket.writableLength > mostUnsentBytes) {
      schedule()
    } else {
      sendBatch(socket)
    }
  }

  function sendBatch(socket: Socket): void {
    for (const one of begun) batch.request(one)
    begun.clear()
    if (
      counted > 0 &&
      batch.line(`{"type":"counted","requests":${counted},"refused":${refused}}\n`)
    ) {
      counted = 0
      refused = 0
    }
    const bytes = batch.take()
    if (bytes) socket.write(bytes)
    // Nothing else tells whether the inspector still reads.
    if (socket.writableLength > 0) schedule()
  }

  function open(): Socket | undefined {
    const refusal = refusalOf(target)
    if (target === undefined || refusal !== undefined) {
      process.stderr.write(`koywe inspect: ${refusal}\n`)
      end()
      return undefined
    }
    const { hostname, port, pathname, host } = target
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
    begun.clear()
    process.off('exit', flush)
    process.off('beforeExit', flushDue)
    socket?.destroy()
    onEnd()
  }

  process.on('beforeExit', flushDue)
  return {
    listening(host, port, secure) {
      if (isOver) return
      batch.line(`${JSON.stringify({ type: 'listening', address: host, port, secure })}\n`)
      schedule()
    },
    begin(one) {
      if (isOver) return
      if (begun.size < mostRunning) begun.add(one)
      schedule()
    },
    // Written out at once: what is kept of a request for later costs the garbage collector more than the writing takes.
    update(one) {
      if (isOver) return
      begun.delete(one)
      if (!batch.request(one)) count((one.context.status ?? 0) >= 400)
      schedule()
    },
    counted: count,
    flushSoon: schedule,
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
