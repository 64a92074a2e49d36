import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { usageError } from '../contract/exit.js'
import type { Entry } from './entries.js'

/** A file that requests are saved to. */
export interface SaveFile {
  save(entry: Entry): void
  /** Removes it again when nothing was saved. */
  close(): void
}

/**
 * Creates the file, which only its owner may read. Once it cannot be written, as on a full disk, it keeps its whole lines and takes no more.
 *
 * @param onFailure Called then, with a sentence.
 * @throws {CliError} when it is there already, or cannot be made.
 */
export function createSaveFile(path: string, onFailure: (sentence: string) => void): SaveFile {
  const file = open(path)
  let size = 0
  let isOver = false

  function write(line: Buffer): void {
    for (let written = 0; written < line.length; ) {
      written += writeSync(file, line, written)
    }
    size += line.length
  }

  return {
    save(entry) {
      if (isOver) return
      try {
        write(Buffer.from(`${JSON.stringify(entry)}\n`))
      } catch (error) {
        isOver = true
        ftruncateSync(file, size)
        onFailure(`${path} cannot be written (${codeOf(error)}): nothing more is saved`)
      }
    },
    close() {
      closeSync(file)
      if (size === 0) rmSync(path, { force: true })
    },
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST') throw usageError(`${path} exists already`, 'Choose another file.')
    throw usageError(`${path} cannot be written (${code})`)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

/** What a file of saved requests holds. */
export interface Saved {
  readonly entries: readonly Entry[]
  /** The numbers of the lines that are no requests, from 1. */
  readonly corrupted: readonly number[]
}

/** Reads a file of saved requests. @throws {CliError} when it cannot be read. */
export async function readSaved(path: string): Promise<Saved> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError(`${path} cannot be read (${error.code})`)
  })
  return savedIn(text)
}

/**
 * Finds the requests in what was saved or printed, in the order they arrived. Later forms of a request replace earlier ones. Of several
 * runs, each of which counts from 1, it counts the requests anew.
 */
export function savedIn(text: string): Saved {
  const entries = new Map<string, Entry>()
  const corrupted: number[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const value = parse(line)
    if (isEntry(value)) entries.set(`${value.number} ${value.receivedAt}`, value)
    // What --json prints of the application is no request.
    else if (!isRecord(value) || value.kind !== 'application') corrupted.push(index + 1)
  }
  const inOrder = [...entries.values()].sort(
    (one, other) =>
      Date.parse(one.receivedAt) - Date.parse(other.receivedAt) || one.number - other.number,
  )
  const isOneRun = new Set(inOrder.map(({ number }) => number)).size === inOrder.length
  return { entries: isOneRun ? inOrder : inOrder.map(countedAnew), corrupted }
}

/** Which request of which run was sent again cannot be told any more. */
function countedAnew({ replayOf: _run, ...entry }: Entry, index: number): Entry {
  return { ...entry, number: index + 1 }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isNumber: Check = (value) => typeof value === 'number'
const isFlag: Check = (value) => typeof value === 'boolean'
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isOneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value)
const isDate: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value))
/** Those that arrive later are counted on from the last. */
const isWhole: Check = (value) =>
  Number.isSafeInteger(value) && Number(value) > 0 && Number(value) < 2 ** 52
const isTexts: Check = (value) => isRecord(value) && Object.values(value).every(isText)
const isBase64: Check = (value) =>
  typeof value === 'string' && Buffer.from(value, 'base64').toString('base64') === value
const isBody: Check = (value) => isRecord(value) && (isText(value.text) || isBase64(value.base64))
const isError: Check = (value) =>
  isRecord(value) &&
  [value.name, value.message].every(isText) &&
  (value.stack === undefined || isText(value.stack))
const areErrors: Check = (value) => Array.isArray(value) && value.every(isError)

const common = {
  required: {
    version: isOneOf(1),
    ...{ number: isWhole, receivedAt: isDate, method: isText, path: isText },
    origin: isOneOf('received', 'sent', 'replayed'),
  },
  optional: {
    ...{ replayOf: isWhole, status: isNumber, durationMs: isNumber },
    ...{ code: isText, reason: isText, cure: isText },
  },
}
const ofKind: Readonly<Record<string, Fields>> = {
  delivery: {
    required: { api: isOneOf('ramp', 'payments'), duplicate: isFlag, errors: areErrors },
    optional: {
      ...{ eventName: isText, orderId: isText, externalId: isText, deliveryId: isText },
      ...{ occurredAt: isDate, verified: isFlag, secretIndex: isNumber },
      ...{ body: isBody, headers: isTexts },
    },
  },
  question: {
    required: { allowed: isFlag },
    optional: { email: isText, said: isText, koyweConcludes: isOneOf('allowed', 'denied') },
  },
}

interface Fields {
  readonly required: Readonly<Record<string, Check>>
  readonly optional: Readonly<Record<string, Check>>
}

function isEntry(value: unknown): value is Entry {
  if (!isRecord(value) || typeof value.kind !== 'string') return false
  const own = Object.hasOwn(ofKind, value.kind) ? ofKind[value.kind] : undefined
  if (!own) return false
  return [common, own].every(
    ({ required, optional }) =>
      Object.entries(required).every(([name, check]) => check(value[name])) &&
      Object.entries(optional).every(
        ([name, check]) => value[name] === undefined || check(value[name]),
      ),
  )
}
