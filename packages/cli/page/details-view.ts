import type { DeliveryEntry, Entry } from '../src/inspect/entries.js'
import { bodyView } from './body-view.js'
import { checksOf, cureInPanel } from './cure.js'
import { counted, dateAndTime, duration } from './format.js'
import { html, nothing, repeat, type TemplateResult } from './lit.js'
import type { Commands, PageState } from './page-state.js'
import { prose } from './prose.js'
import { replayView } from './replay-view.js'
import { subjectOf } from './row.js'
import { readStack } from './stack.js'
import { escapeUnprintable, escapeWithinLines } from './unprintable.js'
import { answerOf, isMisread, originOf, reasonOf, storeSentence } from './verdict.js'

/** Everything about the open request. */
export function detailsView(state: PageState, commands: Commands): TemplateResult {
  const number = state.opened ?? 0
  const entry = state.entries.get(number)
  // Keyed, so that nothing of one request, such as a text that is being edited, is left in another.
  return html`${repeat(
    [number],
    (key) => key,
    () => html`
      <section class="details" aria-labelledby="details-title" data-details>
        <header>
          <h2 id="details-title" tabindex="-1">${titleOf(number, entry)}</h2>
          <button type="button" class="close" @click=${commands.close}>Close</button>
        </header>
        ${entry ? contentView(entry, state, commands) : html`<p>${absenceOf(number, state)}</p>`}
      </section>
    `,
  )}`
}

function absenceOf(number: number, { entries }: PageState): string {
  const latest = entries.newest()[0]?.number ?? 0
  return number < latest ? 'It is no longer kept.' : 'It has not arrived yet.'
}

function titleOf(number: number, entry: Entry | undefined): string {
  if (!entry) return `Request ${number}`
  return `${entry.kind === 'delivery' ? 'Delivery' : 'Question'} ${number}: ${subjectOf(entry)}`
}

function contentView(entry: Entry, state: PageState, commands: Commands): TemplateResult {
  const mode = state.application?.mode ?? 'launcher'
  const reason = reasonOf(entry, mode)
  return html`
    ${reason === undefined ? nothing : reasonView(reason, entry)}
    ${entry.kind === 'delivery' ? replayView(entry, state, commands) : nothing}
    ${entry.kind === 'delivery' ? errorsView(entry) : nothing}
    ${state.resend?.step === 'editing' ? html`<h3>As it was answered before</h3>` : nothing}
    <dl class="facts">
      ${fact('Answer', answerOf(entry))}
      ${fact('Took', entry.durationMs === undefined ? undefined : duration(entry.durationMs))}
      ${fact('Arrived', dateAndTime(entry.receivedAt))}
      ${fact('Came from', originView(entry, commands))}
      ${entry.kind === 'delivery' ? deliveryFacts(entry, mode, commands) : questionFacts(entry)}
      ${fact('Request', `${entry.method} ${entry.path}`)}
    </dl>
    ${entry.kind === 'delivery' ? deliveryParts(entry) : nothing}
  `
}

function reasonView(reason: string, entry: Entry): TemplateResult {
  const checks = checksOf(entry)
  if (checks) {
    return html`
      <div class="verdict">
        <p class="reason">${checks.sentence}</p>
        <ol class="checks">${checks.steps.map((step) => html`<li>${prose(step)}</li>`)}</ol>
        <details>
          <summary>What the receiver says</summary>
          <p>${prose(reason)}</p>
        </details>
      </div>
    `
  }
  const cure = cureInPanel(entry)
  return html`
    <div class="verdict">
      <p class="reason">${prose(reason)}</p>
      ${cure === undefined ? nothing : html`<p class="cure">${prose(cure)}</p>`}
    </div>
  `
}

function originView(entry: Entry, commands: Commands) {
  const { replayOf } = entry
  if (replayOf === undefined) return originOf(entry)
  return html`<button type="button" class="link" @click=${() => commands.jumpTo(replayOf)}>${originOf(entry)}</button>`
}

function deliveryFacts(
  entry: DeliveryEntry,
  mode: 'launcher' | 'proxy',
  commands: Commands,
): TemplateResult {
  const { orderId, externalId, deliveryId, occurredAt, api } = entry
  return html`
    ${fact(
      'Order',
      orderId === undefined
        ? undefined
        : html`${escapeUnprintable(orderId)}
            <button type="button" class="link" @click=${() => commands.showOrder(orderId)}>
              only this order
            </button>`,
    )}
    ${fact('Your id', externalId)} ${fact('Delivery id', deliveryId)}
    ${fact('Happened', occurredAt === undefined ? undefined : dateAndTime(occurredAt))}
    ${fact('API', api === 'payments' ? 'Payments' : 'Ramp')}
    ${fact('Signature', signatureOf(entry, mode))} ${fact('Store', storeSentence(entry))}
  `
}

function questionFacts(entry: Entry & { kind: 'question' }): TemplateResult {
  const { koyweConcludes, said } = entry
  const misread = isMisread(entry)
    ? ', although it is not `true`: to Koywe any truthy body is a yes'
    : ''
  return html`
    ${fact('Answer body', said === undefined ? undefined : html`<code>${said === '' ? '(empty)' : escapeUnprintable(said)}</code>`)}
    ${fact('Koywe concludes', koyweConcludes && html`${koyweConcludes}${prose(misread)}`)}
  `
}

function signatureOf(
  { verified, secretIndex, code }: DeliveryEntry,
  mode: 'launcher' | 'proxy',
): string {
  if (code === 'missing_signature') return 'missing'
  if (verified === undefined) return mode === 'proxy' ? 'unknown to a proxy' : 'not checked'
  if (!verified) return 'wrong'
  if (secretIndex === undefined) return 'right'
  return secretIndex === 0
    ? 'right, made with the current secret'
    : `right, made with secret ${secretIndex + 1} of the list`
}

function deliveryParts(entry: DeliveryEntry): TemplateResult {
  const { headers, body } = entry
  return html`
    ${body === undefined ? html`<h3>Body</h3><p>It was not kept.</p>` : bodyView(body)}
    ${
      headers === undefined
        ? nothing
        : html`
          <details>
            <summary>Headers</summary>
            <dl class="facts">
              ${Object.entries(headers).map(([name, value]) => fact(name, value))}
            </dl>
          </details>
        `
    }
  `
}

function errorsView({ errors }: DeliveryEntry): TemplateResult {
  return html`
    ${errors.length === 0 ? nothing : html`<h3>${errors.length === 1 ? 'What a listener threw' : 'What the listeners threw'}</h3>`}
    ${errors.map(
      ({ name, message, stack }) => html`
        <p class="thrown"><strong>${escapeUnprintable(name)}</strong>: ${escapeWithinLines(message)}</p>
        ${stack === undefined ? nothing : stackView(name, escapeWithinLines(stack))}
      `,
    )}
  `
}

/** The application's own calls. Those of libraries are folded. */
function stackView(name: string, stack: string): TemplateResult {
  const { own, foreign, place } = readStack(stack)
  const whole = (text: string) =>
    html`<pre class="stack" tabindex="0" role="region" aria-label="Stack of ${name}">${text}</pre>`
  if (place === undefined || foreign === 0) return whole(stack)
  return html`
    ${whole(own)}
    <details>
      <summary>${counted(foreign, 'call', 'calls')} of libraries and Node.js</summary>
      <pre class="calls" tabindex="0" role="region" aria-label="Whole stack of ${name}">${stack}</pre>
    </details>
  `
}

function fact(name: string, value: string | TemplateResult | undefined) {
  if (value === undefined) return nothing
  const shown = typeof value === 'string' ? escapeUnprintable(value) : value
  return html`<div><dt>${name}</dt><dd>${shown}</dd></div>`
}
