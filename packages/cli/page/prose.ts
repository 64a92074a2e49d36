import { html } from './lit.js'
import { escapeWithinLines } from './unprintable.js'

/** A sentence, with what stands between backticks as code. */
export function prose(text: string) {
  const visible = escapeWithinLines(text)
  const parts = visible.split('`')
  // An odd backtick is one of the text.
  if (parts.length % 2 === 0) return visible
  return parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))
}
