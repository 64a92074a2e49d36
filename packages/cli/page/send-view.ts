import type { Catalogue } from '../src/inspect/entries.js'
import { html, nothing, type TemplateResult } from './lit.js'
import type { Commands, PageState } from './page-state.js'
import { unsigned } from './replay-view.js'

/** Sends any event, a whole life of an order, or a bad delivery. */
export function sendView(
  state: PageState,
  orders: readonly string[],
  commands: Commands,
): TemplateResult {
  const { catalogue, application, isActing } = state
  if (!catalogue || !application) return html`<p class="quiet">Loading what can be sent…</p>`
  const cannot = isActing || !application.canSign
  return html`
    <div class="sends">
      ${application.canSign ? nothing : html`<p class="callout">${unsigned}</p>`}
      <form @submit=${onSubmit<'eventName' | 'orderId'>(({ eventName, orderId }) => {
        void commands.act({ action: 'send', eventName, ...(orderId !== '' && { orderId }) })
      })}>
        <h3>One event</h3>
        <label for="send-event">Event</label>
        <select id="send-event" name="eventName">${eventChoices(catalogue)}</select>
        <label for="send-order">Order</label>
        <input id="send-order" name="orderId" list="known-orders" placeholder="a new order" autocomplete="off" spellcheck="false" />
        <datalist id="known-orders">${orders.map((id) => html`<option value=${id}></option>`)}</datalist>
        <button type="submit" class="primary" ?disabled=${cannot}>Send event</button>
      </form>
      <form @submit=${onSubmit<'life'>(({ life }) => void commands.act({ action: 'life', life }))}>
        <h3>The whole life of an order</h3>
        <label for="send-life">Life</label>
        <select id="send-life" name="life">${choices(catalogue.lives)}</select>
        <p class="quiet">Its events go out one after another, in order.</p>
        <button type="submit" class="primary" ?disabled=${cannot}>Send life</button>
      </form>
      <form @submit=${onSubmit<'name'>(({ name }) => void commands.act({ action: 'bad', name }))}>
        <h3>A bad delivery</h3>
        <label for="send-bad">What is wrong with it</label>
        <select id="send-bad" name="name">${choices(catalogue.bad)}</select>
        <p class="quiet">It must be refused, and no listener may hear of it.</p>
        <button type="submit" class="primary" ?disabled=${cannot}>Send bad delivery</button>
      </form>
    </div>
  `
}

function eventChoices({ events }: Catalogue) {
  const ramp = events.filter(({ api }) => api === 'ramp').map(({ name }) => name)
  const payments = events.filter(({ api }) => api === 'payments').map(({ name }) => name)
  if (payments.length === 0) return choices(ramp)
  return html`
    <optgroup label="Ramp API">${choices(ramp)}</optgroup>
    <optgroup label="Payments API">${choices(payments)}</optgroup>
  `
}

function choices(names: readonly string[]) {
  return names.map((name) => html`<option value=${name}>${name}</option>`)
}

/** Hands over the fields of a form instead of sending it. */
function onSubmit<Name extends string>(send: (fields: Record<Name, string>) => void) {
  return (event: SubmitEvent): void => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement // the form that the listener is on
    send(Object.fromEntries(new FormData(form)) as Record<Name, string>) // the form has these fields, and no file
  }
}
