import type { IncomingMessage } from 'node:http'
import type { Action } from '../entries.js'

/** Why a request for an action is refused. */
export interface ActionRefusal {
  readonly status: 400 | 413 | 415
  readonly code: string
  readonly message: string
}

const largestBody = 1024 * 1024

/** Reads what a page asks for. */
export async function readAction(request: IncomingMessage): Promise<Action | ActionRefusal> {
  if (!/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) {
    return { status: 415, code: 'not_json', message: 'An action is sent as application/json.' }
  }
  const text = await readText(request)
  if (text === undefined) {
    return { status: 413, code: 'too_large', message: 'An action is no longer than 1 MiB.' }
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { status: 400, code: 'not_json', message: 'The action is not JSON.' }
  }
  if (isAction(value)) return value
  return { status: 400, code: 'unknown_action', message: 'There is no such action.' }
}

async function readText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > largestBody) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function isAction(value: unknown): value is Action {
  if (typeof value !== 'object' || value === null) return false
  const field = (name: string) => Reflect.get(value, name)
  const isText = (name: string) => typeof field(name) === 'string'
  switch (field('action')) {
    case 'replay': {
      const as = field('as')
      const isKnown = as === 'same' || as === 'new' || (as === 'edited' && isText('text'))
      return isKnown && Number.isSafeInteger(field('number'))
    }
    case 'send':
      return isText('eventName') && (field('orderId') === undefined || isText('orderId'))
    case 'life':
      return isText('life')
    case 'bad':
      return isText('name') && (field('api') === 'ramp' || field('api') === 'payments')
    default:
      return false
  }
}
