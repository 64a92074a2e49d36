import type { Action, ActionResult } from '../src/inspect/entries.js'
import type { Api } from './api.js'
import { noFilter } from './filter.js'
import { rowsAtOnce } from './more-view.js'
import type { Commands, Notice, PageState } from './page-state.js'

/** What the commands need of the page. */
export interface CommandsOptions {
  readonly state: PageState
  readonly api: Api
  /** Draws the page, and then moves the focus to where the selector or the row's number says, and scrolls to the row of `revealed`. */
  changed(focus?: string | number, revealed?: number): void
}

/** How long the page says that something is done. */
const noticeMs = 8000

/** Says as which deliveries something was sent. */
function doneBy({ action }: Action, first: number, count: number): Notice {
  if (count > 1)
    return { kind: 'done', text: `Sent as deliveries ${first} to ${first + count - 1}` }
  const text = action === 'replay' ? 'Sent again as delivery' : 'Sent as delivery'
  return { kind: 'done', text: `${text} ${first}`, sent: first }
}

/** Creates what the user can do. */
export function createCommands({ state, api, changed }: CommandsOptions): Commands {
  function say(notice: PageState['notice']): void {
    tell(notice)
    changed()
  }

  function tell(notice: PageState['notice']): void {
    state.notice = notice
    if (notice?.kind !== 'done') return
    setTimeout(() => {
      if (state.notice === notice) say(undefined)
    }, noticeMs)
  }

  /** Goes to another place, where neither a notice nor what was about to be sent belongs. */
  function go(place: Partial<PageState>): void {
    Object.assign(state, { resend: undefined, notice: undefined, ...place })
  }

  function jumpTo(number: number): void {
    // A filter could hide the delivery, and so could the end of the list.
    const older = state.entries.newest().filter((entry) => entry.number >= number).length
    const rows = Math.max(state.rows, older)
    go({ view: 'deliveries', filter: noFilter, opened: number, rows })
    changed('#details-title', number)
  }

  async function ask(action: Action): Promise<ActionResult> {
    try {
      return await api.act(action)
    } catch {
      const message = 'The inspector did not answer. Is koywe inspect still running?'
      return { error: { code: 'unreachable', message } }
    }
  }

  return {
    show(view) {
      // Other lists have no choice of orders to take it back.
      const filter = { ...state.filter, orders: '' } as const
      go({ view, filter, opened: undefined, pointed: undefined, rows: rowsAtOnce })
      changed('#view-title')
    },
    restore(place) {
      const closed = place.view === state.view ? state.opened : undefined
      go(place)
      if (place.opened !== undefined) changed('#details-title', place.opened)
      else changed(closed ?? '#view-title')
    },
    open(number) {
      go({ opened: number })
      changed('#details-title')
    },
    jumpTo,
    close() {
      const { opened } = state
      go({ opened: undefined })
      changed(opened)
    },
    filter(change) {
      state.filter = { ...state.filter, ...change }
      state.rows = rowsAtOnce
      changed()
    },
    showOrder(orderId) {
      go({ view: 'deliveries', filter: { ...noFilter, order: orderId } })
      changed('#view-title')
    },
    showMore() {
      state.rows += rowsAtOnce
      changed()
    },
    toggleFilters() {
      state.showsFilters = !state.showsFilters
      changed()
    },
    prepare(resend) {
      const left = state.resend?.step
      state.resend = resend
      changed(resend ? `#${resend.step}` : `#${left}-back`)
    },
    async act(action) {
      // A second click may come before the buttons are drawn as disabled.
      if (state.isActing) return
      const { view, opened, resend } = state
      state.isActing = true
      changed()
      const result = await ask(action)
      state.isActing = false
      if ('error' in result) return say({ kind: 'problem', text: result.error.message })
      const [first] = result.numbers
      if (first === undefined) return changed()
      const done = doneBy(action, first, result.numbers.length)
      // Who has moved on meanwhile, as during a slow listener, keeps the place and what is being edited there.
      if (state.view !== view || state.opened !== opened || state.resend !== resend)
        return say(done)
      if (action.action === 'life') {
        go({ view: 'orders', filter: noFilter, opened: undefined, pointed: first })
        return changed('[data-pointed]')
      }
      jumpTo(first)
      tell(done)
    },
    async copy(text, what) {
      try {
        await navigator.clipboard.writeText(text)
        say({ kind: 'done', text: `${what} is in the clipboard.` })
      } catch {
        say({ kind: 'problem', text: `The browser does not let this page copy. ${what}: ${text}` })
      }
    },
    say,
  }
}
