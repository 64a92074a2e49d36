import { type Explanation, explain, notJson } from '../answers/explain.js'
import type { WrongAnswer } from './verdict.js'

/** What the mistakes mean that only several deliveries together, or a forgery, can show. */
const byKind: Readonly<Record<string, Explanation>> = {
  'handled again': {
    meaning: 'The server handled an event more than once.',
    cure: 'Keep deduplication on, with one store for all processes. A store of your own must claim atomically.',
  },
  'in progress forever': {
    meaning: 'A claim was kept after its event was handled.',
    cure: 'If the store is your own, does complete() record that the event is done?',
  },
  'not handled': {
    meaning: 'The server says that it knows events which are new in this storm.',
    cure: 'If it has had this seed before, restart it or leave out --seed. If not, its store loses events.',
  },
  'forgery accepted': {
    meaning:
      'The server accepted an event that Koywe did not sign: anybody can tell it that money has arrived.',
    cure: 'Is the Koywe middleware mounted on this path, before any route that answers it?',
  },
}

/** What the wrong answers mean and what to do about them, each thing once. */
export function curesOf(wrong: readonly WrongAnswer[]): readonly Explanation[] {
  return [...new Set(wrong.flatMap((one) => cureOf(one) ?? []))]
}

function cureOf({ kind, status, code }: WrongAnswer): Explanation | undefined {
  if (Object.hasOwn(byKind, kind)) return byKind[kind]
  if (status === undefined) return undefined
  return explain(status, code) ?? notJson
}
