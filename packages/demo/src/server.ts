import { type BackgroundProcess, startInBackground } from '@x/koywe-testkit/background'
import type { Command } from '@x/koywe-testkit/process-group'

/** A server in a process of its own. */
export interface RunningServer extends Omit<BackgroundProcess, 'announced'> {
  /** Where it listens, without a slash at the end. */
  readonly url: string
}

/**
 * Starts a server, which must print `listening on http://…` when it is ready, and waits until it does.
 *
 * @throws {Error} with all that it wrote, when it ends or is silent instead.
 */
export async function startServer(options: Command): Promise<RunningServer> {
  const { announced, ...server } = await startInBackground(options, /listening on (http:[^\s"]+)/)
  return { url: announced, ...server }
}
