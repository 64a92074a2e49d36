import type { KeptBody } from '../entries.js'
import { keptBytes } from '../kept-bytes.js'
import type { Report } from '../preload/wire.js'

/** Reads reports from bytes that come in pieces. */
export interface ReportReader {
  /** Takes the next piece, and calls `onReport` for every report that it completes. */
  push(piece: Buffer): void
}

/** More is no report. */
const mostBytes = 64 * 1024 * 1024
const lineEnd = 10

/** Creates a reader of one connection. @throws {Error} from `push`, when what comes is not a preload's. */
export function createReportReader(
  onReport: (report: Report, body: KeptBody | undefined) => void,
): ReportReader {
  let rest: Buffer = Buffer.alloc(0)
  /** The report whose body comes next. */
  let head: Report | undefined

  return {
    push(piece) {
      let bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
      for (;;) {
        if (head === undefined) {
          const end = bytes.indexOf(lineEnd)
          if (end === -1) break
          head = JSON.parse(bytes.toString('utf8', 0, end)) as Report // only a preload has the token
          bytes = bytes.subarray(end + 1)
        }
        const length = 'bytes' in head ? head.bytes : undefined
        if (length !== undefined && bytes.length < length) break
        onReport(head, length === undefined ? undefined : keptBytes(bytes.subarray(0, length)))
        bytes = bytes.subarray(length ?? 0)
        head = undefined
      }
      if (bytes.length > mostBytes) throw new Error('A report is too long.')
      rest = bytes
    },
  }
}
