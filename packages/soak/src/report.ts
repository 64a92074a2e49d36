import type { MemorySample } from './fleet.js'
import type { SoakReport } from './run-soak.js'

/** Formats a soak's findings for a person. */
export function formatReport(report: SoakReport): string {
  const { sent, counts, growth } = report
  const latency = [...sent.latencies].sort((a, b) => a - b)
  const spread = (sorted: readonly number[]): string => {
    const share = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? 0
    return `median ${share(0.5)}, 99 % ${share(0.99)}, longest ${share(1)}`
  }
  const rows: readonly (readonly [string, unknown])[] = [
    ['store', report.store],
    [
      'time',
      `${report.seconds.toFixed(0)} s, ${(sent.requests / report.seconds).toFixed(0)} requests/s`,
    ],
    ['events sent', sent.events],
    ['  twice at once', sent.sentTwiceAtOnce],
    ['  out of order', sent.outOfOrder],
    ['  again after their 200', sent.sentAgainLate],
    ['requests, with all retries', sent.requests],
    ...[...sent.answers]
      .sort(([, a], [, b]) => b - a)
      .map(([kind, times]) => [`  ${kind}`, times] as const),
    ['answered after, ms', spread(latency)],
    ['servers killed', report.kills],
    ['  events they were handling', counts.waits.length],
    [
      '  handled after, ms',
      counts.waits.length > 0
        ? `${spread(counts.waits)}; the lease is ${report.leaseMs}`
        : 'no event had to wait',
    ],
    ['listener runs', counts.starts],
    ['  that failed on purpose', counts.failed],
    ['  started again after a kill', counts.startedAgain],
    ['  longer than the lease', counts.slow],
    ['    taken over by another', counts.slowTakenOver],
    ['events applied', counts.effective],
    ['events applied twice', counts.twice],
    ['requests that hung', sent.hung],
    [
      'memory, server never killed',
      growth
        ? `${growth.middle.toFixed()} → ${growth.last.toFixed()} MB`
        : 'run too short to judge',
    ],
    ...[0, 1, 2].map(
      (server) => [`  server ${server}, MB over time`, curve(report.memory, server)] as const,
    ),
  ]
  const verdict =
    report.broken.length === 0 ? 'Every promise was kept.' : `BROKEN: ${report.broken.join('; ')}.`
  return `${rows.map(([name, value]) => `${name.padEnd(32)}${value}`).join('\n')}\n${verdict}\n`
}

/** About fifteen samples, evenly spread. */
function curve(memory: readonly MemorySample[], server: number): string {
  const samples = memory.filter((sample) => sample.server === server)
  const step = Math.max(1, Math.floor(samples.length / 15))
  return samples
    .flatMap(({ megabytes }, index) => (index % step === 0 ? [megabytes.toFixed()] : []))
    .join(' ')
}
