import type { KeptBody } from '../src/inspect/entries.js'
import { bytes, counted } from './format.js'
import { indentJson, type JsonLine } from './indent-json.js'
import { html, nothing, type TemplateResult } from './lit.js'
import { readBody } from './read-body.js'
import { type JsonFault, scanJson } from './scan-json.js'
import { escapeWithinLines } from './unprintable.js'

const mostLines = 1000
const mostCharacters = 20_000

/** A body, indented when it is JSON, and as it was received. */
export function bodyView(body: KeptBody): TemplateResult {
  const { text, bytes: size, isEscaped } = readBody(body)
  const { tokens, fault } = scanJson(text)
  return html`
    <h3>Body <span class="quiet">${bytes(size)}</span></h3>
    ${isEscaped ? html`<p>It is not UTF-8. Its bytes are shown as <code>\\xff</code>.</p>` : nothing}
    ${fault ? faultView(text, fault) : linesView(indentJson(tokens))}
    ${
      fault && text.length < 200
        ? nothing
        : html`
          <details>
            <summary>As received</summary>
            ${block('The body as received', cut(text))}
          </details>
        `
    }
  `
}

function linesView(lines: readonly JsonLine[]): TemplateResult {
  const shown = lines.slice(0, mostLines)
  const content = shown.map(
    ({ indent, tokens }) =>
      html`${indent}${tokens.map(({ kind, text }) => html`<span class="json-${kind}">${cut(text)}</span>`)}\n`,
  )
  const left = lines.length - shown.length
  return html`
    ${block('The body, indented', content)}
    ${left > 0 ? html`<p class="quiet">${counted(left, 'more line', 'more lines')}</p>` : nothing}
  `
}

/** The place where the text stops being JSON, with some text around it. */
function faultView(text: string, fault: JsonFault): TemplateResult {
  const { offset, line, column, message } = fault
  const before = text.slice(Math.max(0, offset - 200), offset)
  const at = text.slice(offset, offset + 1)
  const after = text.slice(offset + 1, offset + 200)
  const content = html`${offset > 200 ? '…' : ''}${escapeWithinLines(before)}<mark>${at === '' || at === '\n' ? `␄${at}` : escapeWithinLines(at)}</mark>${escapeWithinLines(after)}${text.length > offset + 200 ? '…' : ''}`
  return html`
    <p class="fault">Not JSON: ${message}, at line ${line}, column ${column}.</p>
    ${block('Where the body stops being JSON', content)}
  `
}

// It scrolls, so the keyboard must reach it.
function block(label: string, content: unknown): TemplateResult {
  return html`<pre class="body" tabindex="0" role="region" aria-label=${label}>${content}</pre>`
}

function cut(text: string): string {
  if (text.length <= mostCharacters) return escapeWithinLines(text)
  return `${escapeWithinLines(text.slice(0, mostCharacters))}… (${counted(text.length - mostCharacters, 'more character', 'more characters')})`
}
