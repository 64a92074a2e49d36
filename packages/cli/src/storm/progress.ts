/** A bar that fills while answers come. */
export interface Progress {
  update(answers: number): void
  /** Removes the bar. */
  stop(): void
}

const silent: Progress = { update() {}, stop() {} }

/** Shows a progress bar on stderr, if that is a terminal and `shown`; else nothing. */
export async function createProgress(total: number, shown: boolean): Promise<Progress> {
  if (!shown || !process.stderr.isTTY) return silent
  const { default: progress } = await import('cli-progress')
  const bar = new progress.SingleBar({
    format: '{bar} {percentage} % | {value} of {total} answers | {eta_formatted} left',
    barCompleteChar: '#',
    barIncompleteChar: '-',
    barsize: 30,
    stream: process.stderr,
    clearOnComplete: true,
    gracefulExit: false, // the command handles interrupts itself
  })
  bar.start(total, 0)
  return { update: (answers) => bar.update(answers), stop: () => bar.stop() }
}
