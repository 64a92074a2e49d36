import { counted } from './format.js'
import { html, nothing } from './lit.js'

/** How many rows are drawn at first, and at each wish for more: so many that a burst does not stall the page. */
export const rowsAtOnce = 100

/** Asks for more rows, below those that are drawn. */
export function moreView(total: number, drawn: number, showMore: () => void) {
  const left = total - drawn
  if (left <= 0) return nothing
  return html`
    <p class="more-rows">
      <button type="button" @click=${showMore}>Show older</button>
      <span class="quiet">${counted(left, 'older one is', 'older ones are')} not shown</span>
    </p>
  `
}
