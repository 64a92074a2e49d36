import type { DeliveryEntry } from '../src/inspect/entries.js'
import { apis } from './apis.js'
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
  const { ramp, payments } = application.canSign
  const cannot = isActing || !(ramp || payments)
  return html`
    <div class="sends">
      ${ramp || payments ? nothing : html`<p class="callout">${unsigned('ramp')}</p>`}
      <form @submit=${onSubmit<'eventName' | 'orderId'>(({ eventName, orderId }) => {
        void commands.act({ action: 'send', eventName, ...(orderId !== '' && { orderId }) })
      })}>
        <h3>One event</h3>
        <label for="send-event">Event</label>
        <select id="send-event" name="eventName">${choicesByApi(catalogue.events, ({ name }) => name)}</select>
        <label for="send-order">Order</label>
        <input id="send-order" name="orderId" list="known-orders" placeholder="a new order" autocomplete="off" spellcheck="false" />
        <datalist id="known-orders">${orders.map((id) => html`<option value=${id}></option>`)}</datalist>
        <button type="submit" class="primary" ?disabled=${cannot}>Send event</button>
      </form>
      <form @submit=${onSubmit<'life'>(({ life }) => void commands.act({ action: 'life', life }))}>
        <h3>The whole life of an order</h3>
        <label for="send-life">Life</label>
        <select id="send-life" name="life">${choices(catalogue.lives)}</select>
        <p class="quiet">Of the Ramp API. Its events go out one after another, in order.</p>
        <button type="submit" class="primary" ?disabled=${isActing || !ramp}>Send life</button>
      </form>
      <form @submit=${onSubmit<'bad'>(({ bad }) => {
        const chosen = catalogue.bad.find((one) => keyOf(one) === bad)
        if (chosen) void commands.act({ action: 'bad', ...chosen })
      })}>
        <h3>A bad delivery</h3>
        <label for="send-bad">What is wrong with it</label>
        <select id="send-bad" name="bad">${choicesByApi(catalogue.bad, keyOf)}</select>
        <p class="quiet">It must be refused, and no listener may hear of it.</p>
        <button type="submit" class="primary" ?disabled=${cannot}>Send bad delivery</button>
      </form>
    </div>
  `
}

interface Choice {
  readonly name: string
  readonly api: DeliveryEntry['api']
}

/** Both APIs have bad deliveries of the same name. */
function keyOf({ name, api }: Choice): string {
  return `${api} ${name}`
}

function choicesByApi(all: readonly Choice[], keyOfChoice: (choice: Choice) => string) {
  return (['ramp', 'payments'] as const).map(
    (api) => html`
      <optgroup label=${apis[api].name}>
        ${all
          .filter((choice) => choice.api === api)
          .map((choice) => html`<option value=${keyOfChoice(choice)}>${choice.name}</option>`)}
      </optgroup>
    `,
  )
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
