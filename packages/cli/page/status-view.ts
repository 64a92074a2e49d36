import type { ApplicationState } from '../src/inspect/entries.js'
import type { EntryList } from './entry-list.js'
import { counted, grouped } from './format.js'
import { html, nothing, type TemplateResult } from './lit.js'
import type { Commands, Link, PageState } from './page-state.js'
import { answerOf } from './verdict.js'

/** The application's state and the connection to the inspector, in the head of the page. */
export function statusView({ application, link }: PageState): TemplateResult {
  return html`
    <div class="status">
      ${
        application
          ? html`<span class="pill ${link.state === 'open' ? application.state : 'unknown'}" data-application=${application.state}>
            ${link.state === 'open' ? '' : 'was '}${application.state}
          </span>`
          : nothing
      }
      ${application?.origin ? html`<span class="origin">${application.origin}</span>` : nothing}
      ${link.state === 'open' ? nothing : html`<span class="pill link-${link.state}">${linkWords(link)}</span>`}
    </div>
  `
}

function linkWords(link: Link): string {
  switch (link.state) {
    case 'open':
      return 'connected'
    case 'connecting':
      return 'connecting to the inspector…'
    case 'denied':
      return 'not connected'
    case 'lost':
      return `connection to the inspector lost, next try in ${link.retryInSeconds} s`
  }
}

/** What needs the user's attention, above everything else. */
export function calloutView({ application, link }: PageState) {
  return html`
    ${
      application && needsAttention(application, link)
        ? html`<p class="callout" data-sentence>${application.sentence}</p>`
        : nothing
    }
    ${application ? countedView(application) : nothing}
  `
}

/** What became of something the user did. It lies over the page, so that nothing moves away from under the pointer. */
export function noticeView({ notice, entries }: PageState, commands: Commands) {
  return html`
    <div class="notice" role=${notice?.kind === 'problem' ? 'alert' : 'status'}>
      ${
        notice
          ? html`<p class=${notice.kind}>
            ${notice.text}${answerTo(notice.sent, entries)}
            <button type="button" class="link" @click=${() => commands.say(undefined)}>dismiss</button>
          </p>`
          : nothing
      }
    </div>
  `
}

function answerTo(sent: number | undefined, entries: EntryList): string {
  const entry = sent === undefined ? undefined : entries.get(sent)
  return entry === undefined ? '' : `: ${answerOf(entry)}`
}

/** What is not in the list is said, or the list would be taken for all there was. */
function countedView({ counted: { requests, refused } }: ApplicationState) {
  if (requests === 0) return nothing
  const errors = refused === 0 ? 'none of them' : `${grouped(refused)} of them`
  return html`
    <p class="callout" data-counted=${requests}>
      ${counted(requests, 'more request was', 'more requests were')} answered, ${errors} with an error. They came faster than
      this page shows them, so they were only counted.
    </p>
  `
}

/** Of an inspector that does not answer, only an end of the application is still true: the inspector ended with it. */
function needsAttention({ state, mode }: ApplicationState, link: Link): boolean {
  return link.state === 'open' ? state !== 'up' : state === 'gone' && mode === 'launcher'
}
