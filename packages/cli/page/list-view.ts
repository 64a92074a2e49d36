import type { Entry } from '../src/inspect/entries.js'
import { html, nothing, repeat, type TemplateResult } from './lit.js'
import { moreView } from './more-view.js'
import type { Commands } from './page-state.js'
import { prose } from './prose.js'
import { type Row, rowOf } from './row.js'
import { keepOneTabStop, onListKey } from './row-focus.js'

/** How a list is shown. */
export interface ListOptions {
  readonly label: string
  readonly opened: number | undefined
  readonly mode: 'launcher' | 'proxy'
  /** How many rows are drawn. */
  readonly rows: number
  readonly commands: Commands
}

/** Requests on rows, newest first. */
export function listView(entries: readonly Entry[], options: ListOptions): TemplateResult {
  const { label, opened, mode, rows, commands } = options
  return html`
    <ol
      class="rows"
      role="list"
      aria-label=${label}
      data-rows
      @keydown=${onListKey}
      @focusin=${(event: Event) => keepOneTabStop(event.currentTarget as Element)}
      @click=${(event: Event) => openClicked(event, commands)}
    >
      ${repeat(
        entries.slice(0, rows),
        ({ number }) => number,
        (entry) => rowView(rowOf(entry, mode), entry.number === opened),
      )}
    </ol>
    ${moreView(entries.length, rows, commands.showMore)}
  `
}

/** The heads of the columns of a list. */
export function columnsView(subject: string, about: string): TemplateResult {
  return html`
    <div class="columns" aria-hidden="true">
      <span></span><span class="serial">No.</span><span>Time</span><span>${subject}</span><span>${about}</span>
      <span>Answer</span><span class="took">Took</span>
    </div>
  `
}

function rowView(row: Row, isOpen: boolean): TemplateResult {
  const { number, verdict, sign, time, receivedAt, subject, about, answer, took, badges } = row
  return html`
    <li class="entry ${verdict} ${isOpen ? 'open' : ''}" data-entry=${number}>
      <button
        class="row"
        type="button"
        tabindex="-1"
        data-row=${number}
        aria-current=${isOpen ? 'true' : nothing}
      >
        <span class="sign" aria-hidden="true">${sign}</span>
        <span class="serial">${number}</span>
        <time datetime=${receivedAt}>${time}</time>
        <span class="subject">${subject}</span>
        <span class="about" title=${about}>${about}</span>
        <span class="answer">
          ${answer} ${badges.map((badge) => html`<span class="badge">${badge}</span> `)}
        </span>
        <span class="took">${took}</span>
      </button>
      ${row.reason === undefined ? nothing : html`<p class="reason">${prose(row.reason)}</p>`}
      ${row.cure === undefined ? nothing : html`<p class="cure">${prose(row.cure)}</p>`}
    </li>
  `
}

/** A click anywhere on a row opens it, unless it ends the marking of a text. */
function openClicked(event: Event, commands: Commands): void {
  const entry = event.target instanceof Element && event.target.closest('[data-entry]')
  if (!entry || getSelection()?.type === 'Range') return
  commands.open(Number(entry.getAttribute('data-entry')))
}
