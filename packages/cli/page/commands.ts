import type { ActionResult } from '../src/inspect/entries.js'
import type { Api } from './api.js'
import { noFilter } from './filter.js'
import { rowsAtOnce } from './more-view.js'
import type { Commands, PageState } from './page-state.js'

/** What the commands need of the page. */
export interface CommandsOptions {
  readonly state: PageState
  readonly api: Api
  /** Draws the page, and then moves the focus to where the selector or the row's number says. */
  changed(focus?: string | number): void
}

/** Creates what the user can do. */
export function createCommands({ state, api, changed }: CommandsOptions): Commands {
  function say(notice: PageState['notice']): void {
    state.notice = notice
    changed()
  }

  function jumpTo(number: number): void {
    state.view = 'deliveries'
    // A filter could hide what was just sent.
    state.filter = noFilter
    state.opened = number
    changed('#details-title')
  }

  async function ask(action: Parameters<Commands['act']>[0]): Promise<ActionResult> {
    try {
      return await api.act(action)
    } catch {
      const message = 'The inspector did not answer. Is koywe inspect still running?'
      return { error: { code: 'unreachable', message } }
    }
  }

  return {
    show(view) {
      Object.assign(state, {
        view,
        opened: undefined,
        pointed: undefined,
        isEditing: false,
        rows: rowsAtOnce,
      })
      changed('#view-title')
    },
    open(number) {
      Object.assign(state, { opened: number, isEditing: false })
      changed('#details-title')
    },
    close() {
      const { opened } = state
      Object.assign(state, { opened: undefined, isEditing: false })
      changed(opened)
    },
    filter(change) {
      state.filter = { ...state.filter, ...change }
      state.rows = rowsAtOnce
      changed()
    },
    showOrder(orderId) {
      Object.assign(state, { view: 'deliveries', filter: { ...noFilter, order: orderId } })
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
    edit(on) {
      state.isEditing = on
      changed(on ? '#edited' : undefined)
    },
    async act(action) {
      state.isActing = true
      changed()
      const result = await ask(action)
      state.isActing = false
      if ('error' in result) return say({ kind: 'problem', text: result.error.message })
      const [first] = result.numbers
      state.isEditing = false
      state.notice = undefined
      if (first === undefined) return changed()
      if (action.action !== 'life') return jumpTo(first)
      Object.assign(state, { view: 'orders', filter: noFilter, opened: undefined, pointed: first })
      changed('[data-pointed]')
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
