import type { Entry } from '../src/inspect/entries.js'
import { type Filter, isFiltering, lacksEvent, noFilter, notAccepted, valuesOf } from './filter.js'
import { html, nothing, type TemplateResult } from './lit.js'
import type { Commands, PageState } from './page-state.js'
import { escapeUnprintable } from './unprintable.js'
import { verdictOf } from './verdict.js'

/** The filters above a list. */
export function filterView(
  { filter, showsFilters, view }: PageState,
  entries: readonly Entry[],
  count: string,
  commands: Commands,
): TemplateResult {
  const set = (name: keyof Filter) => (event: Event) => {
    commands.filter({ [name]: (event.target as HTMLInputElement | HTMLSelectElement).value }) // listened to on those alone
  }
  const hasPayments = entries.some((entry) => entry.kind === 'delivery' && entry.api === 'payments')
  const isCallback = view === 'callback'
  return html`
    <search class="filters ${showsFilters ? 'all' : ''}" aria-label="Filters">
      <input
        type="search"
        class="text"
        aria-label="Text, anywhere"
        placeholder="Find text"
        autocomplete="off"
        spellcheck="false"
        .value=${filter.text}
        @input=${set('text')}
      />
      <button type="button" class="more" aria-expanded=${showsFilters} @click=${commands.toggleFilters}>
        Filters
      </button>
      ${
        isCallback
          ? nothing
          : html`
            <input
              class="extra"
              aria-label="Order"
              placeholder="Order"
              autocomplete="off"
              spellcheck="false"
              .value=${filter.order}
              @input=${set('order')}
            />
            ${choice('Event', 'All events', filter.event, eventsOf(entries), set('event'))}
          `
      }
      ${choice('Answer', 'All answers', filter.answer, answersOf(entries), set('answer'))}
      ${
        !hasPayments || isCallback
          ? nothing
          : choice('API', 'All APIs', filter.api, ['ramp', 'payments'], set('api'))
      }
      ${view === 'orders' ? choice('Orders', 'All orders', filter.orders, [lacksEvent], set('orders')) : nothing}
      ${
        isFiltering(filter)
          ? html`<span class="quiet count">
            ${count} <button type="button" class="link" @click=${() => commands.filter(noFilter)}>clear</button>
          </span>`
          : nothing
      }
    </search>
  `
}

function choice(
  label: string,
  all: string,
  chosen: string,
  values: readonly string[],
  change: (event: Event) => void,
): TemplateResult {
  // What is chosen stays in the list, even when its last delivery is gone.
  const offered = chosen === '' || values.includes(chosen) ? values : [chosen, ...values]
  return html`
    <select class="extra" aria-label=${label} @change=${change}>
      <option value="" .selected=${chosen === ''}>${all}</option>
      ${offered.map((value) => html`<option value=${value} .selected=${value === chosen}>${escapeUnprintable(value)}</option>`)}
    </select>
  `
}

function eventsOf(entries: readonly Entry[]): readonly string[] {
  return valuesOf(entries, (entry) => (entry.kind === 'delivery' ? entry.eventName : undefined))
}

/** What was not accepted first, then verdicts, then statuses, then codes. */
function answersOf(entries: readonly Entry[]): readonly string[] {
  const verdicts = valuesOf(entries, verdictOf)
  return [
    ...(verdicts.includes('refused') && verdicts.includes('failed') ? [notAccepted] : []),
    ...verdicts,
    ...valuesOf(entries, ({ status }) => status?.toString()),
    ...valuesOf(entries, ({ code }) => code),
  ]
}
