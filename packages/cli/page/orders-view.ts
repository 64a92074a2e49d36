import { counted, timeOfDay } from './format.js'
import { html, nothing, repeat, type TemplateResult } from './lit.js'
import { moreView } from './more-view.js'
import type { OrderTimeline, Step } from './order-timeline.js'
import type { Commands } from './page-state.js'
import { subjectOf } from './row.js'
import { escapeUnprintable } from './unprintable.js'
import { answerOf } from './verdict.js'

/** What the list of orders needs beside the orders. */
export interface OrdersOptions {
  readonly opened: number | undefined
  /** The order that has this delivery stands out. */
  readonly pointed: number | undefined
  /** How many orders are drawn. */
  readonly rows: number
  readonly commands: Commands
}

/** One row per order, with its events on a line. */
export function ordersView(
  orders: readonly OrderTimeline[],
  options: OrdersOptions,
): TemplateResult {
  const { rows, commands } = options
  const lacking = orders.filter(({ missing }) => missing.length > 0).length
  return html`
    <p class="summary ${lacking > 0 ? 'lacks' : ''}">
      ${counted(orders.length, 'order', 'orders')}, ${lacking === 0 ? 'none lacks' : `${lacking} of them ${lacking === 1 ? 'lacks' : 'lack'}`}
      an event
    </p>
    <ol class="orders" role="list" aria-label="Orders, the latest first">
      ${repeat(
        orders.slice(0, rows),
        ({ orderId }) => orderId,
        (order) => orderView(order, options),
      )}
    </ol>
    ${moreView(orders.length, rows, commands.showMore)}
  `
}

function orderView(order: OrderTimeline, options: OrdersOptions): TemplateResult {
  const { orderId, externalId, steps, missing, next, isRetry, api } = order
  const { pointed, commands } = options
  const isPointed = steps.some(({ entry }) => entry.number === pointed)
  return html`
    <li class="order ${missing.length > 0 ? 'lacks' : ''} ${isPointed ? 'pointed' : ''}" data-order=${orderId}>
      <header>
        <h3 tabindex="-1" data-pointed=${isPointed ? 'true' : nothing}>
          <span class="sr">Order </span>${escapeUnprintable(orderId)}
        </h3>
        ${externalId ? html`<span class="quiet">your id ${escapeUnprintable(externalId)}</span>` : nothing}
        ${api === 'payments' ? html`<span class="badge">Payments API</span>` : nothing}
        <span class="state">${stateWords(order)}</span>
        <button type="button" class="link" @click=${() => commands.showOrder(orderId)}>
          its deliveries<span class="sr"> of order ${escapeUnprintable(orderId)}</span>
        </button>
      </header>
      ${missing.map((sentence) => html`<p class="missing"><span aria-hidden="true">⚠ </span>${escapeUnprintable(sentence)}</p>`)}
      <ol class="steps" role="list" aria-label="Events of this order, as they arrived">
        ${repeat(
          steps,
          ({ entry }) => entry.number,
          (step) => stepView(step, options),
        )}
        ${next.length > 0 ? html`<li class="step next"><span class="name">${isRetry ? 'retry' : 'next'}: ${next.join(' or ')}</span></li>` : nothing}
      </ol>
    </li>
  `
}

function stateWords({ state, isFinal, latest }: OrderTimeline): string {
  if (state === undefined)
    return latest === undefined
      ? 'no state yet'
      : `state unknown after ${escapeUnprintable(latest)}`
  return isFinal ? `${state}, final` : state
}

function stepView(
  { entry, state, mark, lacks }: Step,
  { opened, commands }: OrdersOptions,
): TemplateResult {
  const { number, receivedAt } = entry
  const isOpen = number === opened
  return html`
    ${lacks.map(
      (name) => html`
        <li class="step lacking">
          <span class="name">${name}</span>
          <span class="mark">missing</span>
        </li>
      `,
    )}
    <li class="step ${mark ?? 'regular'}">
      <button
        type="button"
        data-row=${number}
        aria-current=${isOpen ? 'true' : nothing}
        @click=${() => commands.open(number)}
      >
        <span class="name">${subjectOf(entry)}</span>
        <span class="detail">
          <time datetime=${receivedAt}>${timeOfDay(receivedAt)}</time>
          <span>${mark === 'refused' || mark === 'failed' ? answerOf(entry) : (state ?? '')}</span>
        </span>
        ${mark === undefined ? nothing : html`<span class="mark">${mark}</span>`}
      </button>
    </li>
  `
}
