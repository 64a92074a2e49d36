import { html, nothing, type TemplateResult } from './lit.js'
import type { Commands, PageState } from './page-state.js'

/** What to do while there is nothing to show. */
export function emptyView({ application, link }: PageState, commands: Commands): TemplateResult {
  if (!application) {
    return html`<p class="empty quiet">${link.state === 'open' ? 'Waiting for the inspector…' : ''}</p>`
  }
  const { firstCommand, state, sentence } = application
  return html`
    <div class="empty">
      <h2>No delivery yet</h2>
      ${state === 'up' ? html`<p>${sentence}</p>` : nothing}
      <p>Send the first one from another terminal:</p>
      ${commandView(firstCommand, commands)}
      <p>
        Or from here:
        <button type="button" class="link" @click=${() => commands.show('send')}>send an event</button>
      </p>
    </div>
  `
}

/** What to do while the auth callback has not been asked. */
export function noQuestionView({ application }: PageState, commands: Commands): TemplateResult {
  return html`
    <div class="empty">
      <h2>No question yet</h2>
      <p>Koywe asks your auth callback before a user operates. Ask it yourself from another terminal:</p>
      ${application ? commandView(application.firstQuestion, commands) : nothing}
    </div>
  `
}

function commandView(command: string, commands: Commands): TemplateResult {
  return html`
    <p class="command">
      <code>${command}</code>
      <button type="button" class="primary" @click=${() => commands.copy(command, 'The command')}>Copy</button>
    </p>
  `
}

/** When the filters leave nothing. */
export function nothingMatchesView(clear: () => void): TemplateResult {
  return html`
    <div class="empty">
      <h2>Nothing matches the filters</h2>
      <p><button type="button" class="link" @click=${clear}>Clear the filters</button></p>
    </div>
  `
}

/** Without the token of this run nothing is shown. */
export function deniedView(hasToken: boolean): TemplateResult {
  return html`
    <div class="empty">
      <h2>${hasToken ? 'This address belongs to another run' : 'This address has no token'}</h2>
      <p>Open the address that <code>koywe inspect</code> printed in its terminal. Every run has its own.</p>
    </div>
  `
}
