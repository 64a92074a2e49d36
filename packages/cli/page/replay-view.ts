import type { DeliveryEntry } from '../src/inspect/entries.js'
import { apis } from './apis.js'
import { commandFor } from './copy-command.js'
import { testFor } from './copy-test.js'
import { indentedText } from './indent-json.js'
import { html, nothing, type TemplateResult } from './lit.js'
import type { Commands, PageState } from './page-state.js'
import { fieldsOf } from './read-body.js'
import { scanJson } from './scan-json.js'
import { hasVerified } from './verdict.js'

/** What can be done with a delivery: send it again in three ways, and copy it in two. */
export function replayView(
  entry: DeliveryEntry,
  state: PageState,
  commands: Commands,
): TemplateResult {
  const { number } = entry
  const { isActing, resend, application } = state
  const fields = fieldsOf(entry.body)
  const { api } = entry
  const canSign = application?.canSign[api] ?? false
  const isVerified = hasVerified(entry)
  const step = resend?.step
  const command = commandFor(entry, application?.origin)
  const test = testFor(entry)
  const replay = (as: 'same' | 'new') => commands.act({ action: 'replay', number, as })
  return html`
    <div class="actions" role="group" aria-label="Send it again">
      <span class="label" aria-hidden="true">Send again</span>
      <button
        type="button"
        title="As it was received, with its signature: an event that was handled is answered as a duplicate"
        ?disabled=${isActing || !entry.body}
        @click=${() => replay('same')}
      >
        Same bytes
      </button>
      <button
        type="button"
        id="confirming-back"
        title=${`With ${entry.api === 'payments' ? 'a new id' : 'the present time'}, signed again: listeners run`}
        ?disabled=${isActing || !canSign || !fields}
        @click=${() => (isVerified ? replay('new') : commands.prepare({ step: 'confirming' }))}
      >
        As a new event
      </button>
      <button
        type="button"
        id="editing-back"
        title="Change the body first, then sign it with your secret and send it"
        ?disabled=${!canSign || !entry.body}
        aria-expanded=${step === 'editing'}
        @click=${() => commands.prepare(step === 'editing' ? undefined : { step: 'editing' })}
      >
        Edit and sign again
      </button>
    </div>
    ${isVerified || !canSign ? nothing : html`<p class="warning">${unverified}</p>`}
    ${step === 'confirming' ? confirmation(() => replay('new'), commands, isActing) : nothing}
    <div class="actions" role="group" aria-label="Copy">
      <span class="label" aria-hidden="true">Copy</span>
      <button type="button" aria-label="Copy as command" ?disabled=${!command} @click=${() => command && commands.copy(command, 'The command')}>
        as command
      </button>
      <button type="button" aria-label="Copy as test" ?disabled=${!test} @click=${() => test && commands.copy(test, 'The test')}>
        as test
      </button>
    </div>
    ${whyNot({ api, canSign, hasFields: fields !== undefined, hasCommand: command !== undefined })}
    ${resend?.step === 'editing' ? editor(entry, resend.fault, commands, isActing) : nothing}
  `
}

const unverified =
  'Nobody has verified this body: anybody may have written it. If you sign it with your secret, your listeners will run.'

/** Asks before the inspector signs what nobody has verified. */
function confirmation(send: () => void, commands: Commands, isActing: boolean): TemplateResult {
  return html`
    <div class="confirm" role="group" aria-labelledby="confirming">
      <p id="confirming" tabindex="-1">Sign this body with your secret, and run your listeners?</p>
      <div class="actions">
        <button type="button" class="primary" ?disabled=${isActing} @click=${send}>Sign and send</button>
        <button type="button" @click=${() => commands.prepare(undefined)}>Cancel</button>
      </div>
    </div>
  `
}

interface Abilities {
  readonly api: DeliveryEntry['api']
  readonly canSign: boolean
  readonly hasFields: boolean
  readonly hasCommand: boolean
}

function whyNot({ api, canSign, hasFields, hasCommand }: Abilities) {
  if (!hasFields) {
    return html`<p class="quiet">The body is no JSON object, or nests too deeply: send it again as it is, or edit it first.</p>`
  }
  if (!canSign) return html`<p class="quiet">${unsigned(api)}</p>`
  if (!hasCommand) {
    return html`<p class="quiet">There is no command that sends just this event.</p>`
  }
  return nothing
}

/** Why nothing of an API can be signed. */
export function unsigned(api: DeliveryEntry['api']): string {
  const { name, secretName } = apis[api]
  return `The inspector does not know the secret of the ${name}, so it cannot sign. Set ${secretName} in the environment or in .env, and start it again.`
}

function editor(
  entry: DeliveryEntry,
  problem: string | undefined,
  commands: Commands,
  isActing: boolean,
): TemplateResult {
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement // the form that the listener is on
    const text = String(new FormData(form).get('text'))
    const found = scanJson(text).fault
    if (found) {
      const { message, line, column } = found
      const fault = `Not JSON: ${message}, at line ${line}, column ${column}.`
      return commands.prepare({ step: 'editing', fault })
    }
    void commands.act({ action: 'replay', number: entry.number, as: 'edited', text })
  }
  return html`
    <form class="editor" @submit=${submit}>
      <label for="editing">${entry.api === 'ramp' ? 'The fields, without the signature' : 'The body, which is signed as it stands here'}</label>
      <textarea
        id="editing"
        name="text"
        rows="9"
        spellcheck="false"
        autocomplete="off"
        aria-invalid=${problem !== undefined}
        aria-describedby="edit-fault"
        .value=${editableText(entry)}
      ></textarea>
      <p id="edit-fault" class="fault" role="alert">${problem ?? nothing}</p>
      <div class="actions">
        <button type="submit" class="primary" ?disabled=${isActing}>Sign and send</button>
        <button type="button" @click=${() => commands.prepare(undefined)}>Cancel</button>
      </div>
    </form>
  `
}

function editableText({ api, body }: DeliveryEntry): string {
  const fields = fieldsOf(body)
  // The Payments API signs bytes, so they are edited as they are.
  if (!fields || api === 'payments') return body && 'text' in body ? body.text : ''
  const { signature: _, ...rest } = fields
  return indentedText(scanJson(JSON.stringify(rest)).tokens)
}
