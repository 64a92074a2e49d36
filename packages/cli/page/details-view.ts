import type { DeliveryEntry, Entry } from '../src/inspect/entries.js'
import { bodyView } from './body-view.js'
import { dateAndTime, duration } from './format.js'
import { html, nothing, repeat, type TemplateResult } from './lit.js'
import type { Commands, PageState } from './page-state.js'
import { replayView } from './replay-view.js'
import { subjectOf } from './row.js'
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
    ${
      reason === undefined
        ? nothing
        : html`
          <div class="verdict">
            <p class="reason">${reason}</p>
            ${entry.cure === undefined ? nothing : html`<p class="cure">${entry.cure}</p>`}
          </div>
        `
    }
    ${entry.kind === 'delivery' ? replayView(entry, state, commands) : nothing}
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
        : html`${orderId}
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
  const { koyweConcludes, allowed } = entry
  const misread = isMisread(entry)
    ? ', although isAllowed did not say so: to Koywe any truthy body is a yes'
    : ''
  return html`
    ${fact('isAllowed', allowed ? 'said yes' : 'did not say yes')}
    ${fact('Koywe concludes', koyweConcludes === undefined ? undefined : koyweConcludes + misread)}
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
  const { errors, headers, body } = entry
  return html`
    ${errors.length === 0 ? nothing : html`<h3>${errors.length === 1 ? 'What a listener threw' : 'What the listeners threw'}</h3>`}
    ${errors.map(
      ({ name, message, stack }) => html`
        <p class="thrown"><strong>${name}</strong>: ${message}</p>
        ${stack === undefined ? nothing : html`<pre class="stack" tabindex="0" aria-label="Stack of ${name}">${stack}</pre>`}
      `,
    )}
    ${body === undefined ? html`<h3>Body</h3><p>It was not kept.</p>` : bodyView(body)}
    ${
      headers === undefined
        ? nothing
        : html`
          <details>
            <summary>Headers of the signature and the body</summary>
            <dl class="facts">
              ${Object.entries(headers).map(([name, value]) => fact(name, value))}
            </dl>
          </details>
        `
    }
  `
}

function fact(name: string, value: string | TemplateResult | undefined) {
  return value === undefined ? nothing : html`<div><dt>${name}</dt><dd>${value}</dd></div>`
}
