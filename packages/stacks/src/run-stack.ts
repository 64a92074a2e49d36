import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { killProcess } from '@x/koywe-testkit/kill-process'
import { askByEvents, askOverHttp2, askOverSocket, giveUpOnSilence } from './asker.js'
import { programsOf } from './install.js'
import { askEverything, credentials, type Result } from './questions.js'
import type { Stack } from './stacks.js'

/** Which handlers a stack gets: ours, or hand-written ones as the control. */
export type Side = 'koywe' | 'control'

const readyWithinMs = 120_000

/** Starts a stack in its own process, runs every check and ends it. Returns one list per form of events. */
export async function runStack(stack: Stack, side: Side): Promise<readonly (readonly Result[])[]> {
  const { child, output } = start(stack, side)
  const forms = stack.events ?? [undefined]
  try {
    const { port, places, prefix = '' } = await ready(child)
    const facts = {
      places,
      prefix,
      traced: stack.agent !== undefined,
      impatient: stack.variant === 'connect-timeout',
      passing: ['express', 'koa'].includes(stack.program),
    }
    const all: (readonly Result[])[] = []
    for (const form of forms) {
      const askAt = stack.host === 'HTTP/2' ? askOverHttp2 : askOverSocket
      const ask = form ? askByEvents(child, form) : askAt(port ?? 0)
      all.push(await askEverything(giveUpOnSilence(ask), facts))
    }
    return all
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return forms.map(() => [{ question: 'start', fault: `${reason}: ${reasonIn(output())}` }])
  } finally {
    await killProcess(child)
  }
}

function start({ install, agent, program, variant, host }: Stack, side: Side) {
  const preload = agent ? ['--require', join(programsOf(agent), 'agents', `${agent}.cjs`)] : []
  const child = fork(join(programsOf(install), 'serve.cjs'), [program, variant, host, side], {
    execArgv: preload,
    env: {
      PATH: process.env.PATH,
      STACK_SECRET: credentials.secret,
      STACK_TOKEN: credentials.token,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk))
  return { child, output: () => text }
}

/** The line that names the error, or else the last lines. */
function reasonIn(output: string): string {
  return /^.*Error\b.*$/m.exec(output)?.[0] ?? output.slice(-300)
}

interface Ready {
  readonly ready: true
  readonly places: readonly string[]
  readonly prefix?: string
  readonly port?: number
}

async function ready(child: ChildProcess): Promise<Ready> {
  const signal = AbortSignal.timeout(readyWithinMs)
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`ended with ${code}`)
  })
  const [message] = await Promise.race([once(child, 'message', { signal }), ended])
  ended.catch(() => {})
  return message
}
