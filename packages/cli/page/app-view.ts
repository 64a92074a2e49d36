import type { Entry } from '../src/inspect/entries.js'
import { type View, views } from './address.js'
import { detailsView } from './details-view.js'
import { deniedView, emptyView, noQuestionView, nothingMatchesView } from './empty-view.js'
import { isFiltering, lacksEvent, matches, noFilter, valuesOf } from './filter.js'
import { filterView } from './filter-view.js'
import { counted } from './format.js'
import { columnsView, listView } from './list-view.js'
import { html, nothing, type TemplateResult } from './lit.js'
import { orderTimelines } from './order-timeline.js'
import { ordersView } from './orders-view.js'
import type { Commands, PageState } from './page-state.js'
import { sendView } from './send-view.js'
import { calloutView, noticeView, statusView } from './status-view.js'

const titles: Readonly<Record<View, string>> = {
  deliveries: 'Deliveries',
  orders: 'Orders',
  callback: 'Callback',
  send: 'Send',
}

/** The whole page. */
export function appView(state: PageState, hasToken: boolean, commands: Commands): TemplateResult {
  const { view, opened, link } = state
  const isOpen = opened !== undefined && view !== 'send'
  return html`
    <header class="head">
      <h1>koywe inspect</h1>
      ${link.state === 'denied' ? nothing : statusView(state)}
      ${link.state === 'denied' ? nothing : navigation(state, commands)}
    </header>
    ${calloutView(state)}
    ${
      link.state === 'denied'
        ? html`<main>${deniedView(hasToken)}</main>`
        : html`
          <main class=${isOpen ? 'split' : ''} data-view=${view}>
            <section class="list" aria-labelledby="view-title">
              <h2 id="view-title" class="sr" tabindex="-1">${titles[view]}</h2>
              ${contentView(state, commands)}
            </section>
            ${isOpen ? detailsView(state, commands) : nothing}
          </main>
        `
    }
    ${noticeView(state, commands)}
  `
}

function navigation({ view, entries }: PageState, commands: Commands): TemplateResult {
  const all = entries.newest()
  const questions = all.filter(({ kind }) => kind === 'question').length
  const counts: Partial<Record<View, number>> = {
    deliveries: all.length - questions,
    callback: questions,
  }
  return html`
    <nav aria-label="Parts of this page">
      ${views.map(
        (name) => html`
          <button
            type="button"
            aria-current=${name === view ? 'page' : nothing}
            @click=${() => commands.show(name)}
          >
            ${titles[name]} ${counts[name] ? html`<span class="number">${counts[name]}</span>` : nothing}
          </button>
        `,
      )}
    </nav>
  `
}

function contentView(state: PageState, commands: Commands): TemplateResult {
  const all = state.entries.newest()
  switch (state.view) {
    case 'send':
      return sendView(state, valuesOf(all, orderIdOf), commands)
    case 'callback':
      return filtered(
        state,
        all.filter(({ kind }) => kind === 'question'),
        columnsView('User', 'Koywe concludes'),
        commands,
        (entries) =>
          listView(entries, {
            ...listOptions(state, commands),
            label: 'Questions of the auth callback, newest first',
          }),
      )
    case 'orders':
      return orders(state, all.filter(isDelivery), commands)
    default:
      return filtered(
        state,
        all.filter(isDelivery),
        columnsView('Event', 'Order'),
        commands,
        (entries) =>
          listView(entries, {
            ...listOptions(state, commands),
            label: 'Deliveries, newest first',
          }),
      )
  }
}

function filtered(
  state: PageState,
  entries: readonly Entry[],
  columns: TemplateResult,
  commands: Commands,
  view: (entries: readonly Entry[]) => TemplateResult,
): TemplateResult {
  if (entries.length === 0)
    return state.view === 'callback' ? noQuestionView(state, commands) : emptyView(state, commands)
  const { filter } = state
  const shown = isFiltering(filter) ? entries.filter((entry) => matches(entry, filter)) : entries
  return html`
    <div class="list-head">
      ${filterView(state, entries, `${shown.length} of ${entries.length}`, commands)} ${columns}
    </div>
    ${shown.length === 0 ? nothingMatchesView(() => commands.filter(noFilter)) : view(shown)}
  `
}

/** Of an order that has one delivery the filter shows, all are shown: a line with holes would say the wrong thing. */
function orders(
  state: PageState,
  deliveries: readonly Entry[],
  commands: Commands,
): TemplateResult {
  if (deliveries.length === 0) return emptyView(state, commands)
  const { filter, pointed, opened, rows, catalogue } = state
  const all = orderTimelines(deliveries, catalogue?.states ?? {})
  const shown = isFiltering(filter)
    ? all.filter(
        ({ steps, missing }) =>
          (filter.orders !== lacksEvent || missing.length > 0) &&
          steps.some(({ entry }) => matches(entry, filter)),
      )
    : all
  const count = `${shown.length} of ${counted(all.length, 'order', 'orders')}`
  return html`
    <div class="list-head">${filterView(state, deliveries, count, commands)}</div>
    ${
      shown.length === 0 && isFiltering(filter)
        ? nothingMatchesView(() => commands.filter(noFilter))
        : ordersView(shown, { opened, pointed, rows, commands })
    }
  `
}

function listOptions({ opened, application, rows }: PageState, commands: Commands) {
  return { opened, rows, commands, mode: application?.mode ?? ('launcher' as const) }
}

function isDelivery({ kind }: Entry): boolean {
  return kind === 'delivery'
}

function orderIdOf(entry: Entry): string | undefined {
  return entry.kind === 'delivery' ? entry.orderId : undefined
}
