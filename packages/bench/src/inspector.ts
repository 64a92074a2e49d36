import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A running `koywe inspect`. */
export interface Inspector {
  /** The environment in which a process is inspected by it. */
  readonly env: NodeJS.ProcessEnv
  /** The environment of a process that only loads its preload. */
  readonly idleEnv: NodeJS.ProcessEnv
  stop(): Promise<void>
}

const command = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url))

/** What it starts tells the environment it got, and stays. */
const application =
  'const { KOYWE_INSPECT, NODE_OPTIONS } = process.env; console.error(JSON.stringify({ KOYWE_INSPECT, NODE_OPTIONS })); process.stdin.resume()'

/** Starts `koywe inspect --json`, whose lines nobody reads further than the pipe. */
export async function startInspector(): Promise<Inspector> {
  const args = [command, 'inspect', '--json', '--', process.execPath, '-e', application]
  const { NODE_ENV: _production, ...shell } = process.env
  const child = spawn(process.execPath, args, { env: shell, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdout.resume()
  const env = await new Promise<NodeJS.ProcessEnv>((resolve, reject) => {
    createInterface(child.stderr).on('line', (line) => {
      if (line.startsWith('{')) resolve(JSON.parse(line))
    })
    child.once('exit', (code) => reject(new Error(`koywe inspect ended with ${code}`)))
  })
  const { NODE_OPTIONS } = env
  return {
    env: { ...env, NODE_ENV: 'development' },
    idleEnv: { NODE_OPTIONS, NODE_ENV: 'development' },
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}
