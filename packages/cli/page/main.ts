import { readAddress, writeAddress } from './address.js'
import { createAnnouncer } from './announcer.js'
import { createApi } from './api.js'
import { appView } from './app-view.js'
import { createCommands } from './commands.js'
import { connect } from './connection.js'
import { createEntryList } from './entry-list.js'
import { noFilter } from './filter.js'
import { createPendingFocus } from './focus.js'
import { oncePerFrame } from './frame.js'
import { render } from './lit.js'
import { rowsAtOnce } from './more-view.js'
import type { PageState } from './page-state.js'
import { keepOneTabStop } from './row-focus.js'

const root = document.querySelector('#page') as HTMLElement // index.html has both
const region = document.querySelector('#announcements') as HTMLElement

const { token, view, entry } = readAddress(location.hash)
const state: PageState = {
  link: { state: token === undefined ? 'denied' : 'connecting' },
  application: undefined,
  catalogue: undefined,
  entries: createEntryList(),
  view,
  opened: entry,
  pointed: undefined,
  // A reload keeps it.
  filter: { ...noFilter, ...history.state },
  rows: rowsAtOnce,
  showsFilters: false,
  resend: undefined,
  isActing: false,
  notice: undefined,
}

const announcer = createAnnouncer(region)
const focus = createPendingFocus()
const api = createApi(token ?? '')
const commands = createCommands({
  state,
  api,
  changed(target, revealed) {
    if (target !== undefined) focus.on(target)
    if (revealed !== undefined) focus.reveal(revealed)
    draw()
  },
})

const draw = oncePerFrame(() => {
  render(appView(state, token !== undefined, commands), root)
  for (const list of root.querySelectorAll('[data-rows]')) keepOneTabStop(list)
  focus.drawn()
  keepPlace()
})

/** The place that was drawn last: what its address says, and its filter. */
let kept = { fragment: writeAddress({ token, view, entry }), filter: state.filter }

/**
 * Gives every place an address, so that the browser's Back returns to the one before. It does not ask where the browser is: after a
 * Back, the page is told so later, and is often drawn in between.
 */
function keepPlace(): void {
  const fragment = writeAddress({ token, view: state.view, entry: state.opened })
  if (fragment !== kept.fragment) {
    history.replaceState(kept.filter, '')
    history.pushState(state.filter, '', fragment)
  } else if (state.filter !== kept.filter) {
    history.replaceState(state.filter, '')
  }
  kept = { fragment, filter: state.filter }
}

addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  if (state.resend?.step === 'confirming') commands.prepare(undefined)
  else if (state.opened !== undefined) commands.close()
})
addEventListener('hashchange', () => {
  const address = readAddress(location.hash)
  // Another token is another run.
  if (address.token !== token) return location.reload()
  const { view, entry: opened } = address
  const filter = history.state ?? noFilter
  kept = { fragment: writeAddress(address), filter }
  commands.restore({ view, opened, filter })
})

// Whatever the address said, there is nothing to go back to yet.
if (token !== undefined) {
  history.replaceState(kept.filter, '', kept.fragment)
}
draw()
if (token !== undefined) {
  void connect(api, {
    link(link) {
      state.link = link
      if (link.state === 'open') {
        api.catalogue().then(
          (catalogue) => {
            state.catalogue = catalogue
            draw()
          },
          () => {}, // The stream says that the connection is lost, and both are asked for again.
        )
      }
      draw()
    },
    message(message) {
      if (message.kind === 'application') {
        const isNew = state.application && state.application.state !== message.state
        if (isNew) announcer.say(`The application is ${message.state}`)
        state.application = message
      } else {
        state.entries.add(message)
        announcer.arrived(message)
      }
      draw()
    },
  })
}
