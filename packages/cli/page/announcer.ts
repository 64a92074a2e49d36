import type { Entry } from '../src/inspect/entries.js'
import { counted } from './format.js'
import { verdictOf } from './verdict.js'

/** Tells a screen reader what has arrived, at most once in `pauseMs`. */
export interface Announcer {
  arrived(entry: Entry): void
  say(text: string): void
}

/** Writes into a live region. What arrived before `since` is history, and not told. Default pause: 4 s. */
export function createAnnouncer(region: Element, since = Date.now(), pauseMs = 4000): Announcer {
  const verdicts = new Map<number, ReturnType<typeof verdictOf>>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function tell(): void {
    timer = undefined
    const all = [...verdicts.values()]
    verdicts.clear()
    const parts = (['refused', 'failed'] as const)
      .map((verdict) => [all.filter((one) => one === verdict).length, verdict] as const)
      .filter(([count]) => count > 0)
      .map(([count, verdict]) => `${count} ${verdict}`)
    const rest = parts.length > 0 ? `, ${parts.join(', ')}` : ''
    region.textContent = `${counted(all.length, 'new request', 'new requests')}${rest}`
  }

  return {
    arrived(entry) {
      const verdict = verdictOf(entry)
      if (verdict === 'waiting' || Date.parse(entry.receivedAt) < since) return
      verdicts.set(entry.number, verdict)
      if (timer === undefined) timer = setTimeout(tell, pauseMs)
    },
    say(text) {
      region.textContent = text
    },
  }
}
