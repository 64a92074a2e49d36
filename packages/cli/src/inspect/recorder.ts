import type { Application } from './application.js'
import type { KeptBody } from './entries.js'
import type { History } from './history.js'
import type { RequestReport } from './preload/wire.js'
import { reportedApi, reportedEntry, type Sent } from './reported-entry.js'
import type { Sends } from './sends.js'
import type { ReportListener } from './server/reports.js'
import type { Targets } from './targets.js'

/** What the reports of an application change. */
export interface RecorderParts {
  readonly history: History
  readonly sends: Sends
  readonly targets: Targets
  readonly application: Application
}

/** Writes what the processes of an application report into the history. Each process gets a listener of its own. */
export function createRecorder({ history, sends, targets, application }: RecorderParts) {
  return function listen(): ReportListener {
    const process = {}
    /** The requests that are running, and those whose listeners may still fail. */
    const numbers = new Map<number, { readonly number: number; readonly sent: Sent }>()

    function record(report: RequestReport, body: KeptBody | undefined): void {
      let known = numbers.get(report.id)
      if (!known) {
        const number = history.nextNumber()
        const sent = sends.arrived(report.connection?.remotePort, number)
        if (report.type === 'delivery') {
          const origin = targets.arrived(number, report.connection, reportedApi(report))
          if (origin !== undefined) application.delivered(origin)
        }
        known = { number, sent }
        numbers.set(report.id, known)
        forgetOld(numbers)
      }
      history.put(reportedEntry(known.number, report, body, known.sent))
    }

    return {
      report(report, body) {
        switch (report.type) {
          case 'listening': {
            const { address, port, secure } = report
            application.up(process, targets.listening(process, address, port, secure))
            break
          }
          case 'counted':
            application.counted(report.requests, report.refused)
            break
          default:
            record(report, body)
        }
      },
      end() {
        targets.ended(process)
        application.ended(process)
      },
    }
  }
}

const mostRemembered = 10_000

function forgetOld(numbers: Map<number, unknown>): void {
  const [oldest] = numbers.keys()
  if (numbers.size > mostRemembered && oldest !== undefined) numbers.delete(oldest)
}
