const rowSelector = '[data-row]'

/**
 * Moves the focus among the rows of a list: arrows, Home, End. Only one row is in the tab order (the one that has the focus, or the
 * first), so that Tab leaves the list.
 */
export function onListKey(event: KeyboardEvent): void {
  const list = event.currentTarget
  if (!(list instanceof HTMLElement) || event.altKey || event.ctrlKey || event.metaKey) return
  const rows: (Element | null)[] = [...list.querySelectorAll(rowSelector)]
  const at = rows.indexOf(document.activeElement)
  if (at < 0) return
  const target = {
    ArrowDown: rows[at + 1],
    ArrowUp: rows[at - 1],
    Home: rows[0],
    End: rows.at(-1),
  }[event.key]
  if (!(target instanceof HTMLElement)) return
  event.preventDefault()
  target.focus()
}

/** Makes one row the only one in the tab order: the one that has the focus, else the one that is open, else the first. */
export function keepOneTabStop(list: Element): void {
  const { activeElement } = document
  const active = activeElement && list.contains(activeElement) && activeElement.closest(rowSelector)
  const target =
    active || list.querySelector(`${rowSelector}[aria-current]`) || list.querySelector(rowSelector)
  for (const stop of list.querySelectorAll<HTMLElement>(`${rowSelector}[tabindex="0"]`)) {
    if (stop !== target) stop.tabIndex = -1
  }
  if (target instanceof HTMLElement) target.tabIndex = 0
}

/** Puts the focus on the row of a request, if it is shown. */
export function focusRow(number: number): boolean {
  const row = rowOf(number)
  row?.focus()
  return row !== null
}

/** Scrolls to the row of a request, if it is shown. */
export function scrollToRow(number: number): boolean {
  const row = rowOf(number)
  const scroll = () => row?.scrollIntoView({ block: 'nearest' })
  scroll()
  // Rows that come into view get their height then, and push others away.
  if (row) requestAnimationFrame(() => requestAnimationFrame(scroll))
  return row !== null
}

function rowOf(number: number): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-row="${number}"]`)
}
