import { focusRow, scrollToRow } from './row-focus.js'

/** Moves the focus once what it is for has been drawn. */
export interface PendingFocus {
  /** A selector, or the number of a row. Waits until it is there. */
  on(target: string | number): void
  /** Scrolls to the row of a request, once it is there. */
  reveal(number: number): void
  drawn(): void
}

/** Creates it. It gives up when the user moves the focus first. */
export function createPendingFocus(): PendingFocus {
  let target: string | number | undefined
  let revealed: number | undefined
  const giveUp = (): void => {
    target = undefined
    revealed = undefined
  }
  addEventListener('pointerdown', giveUp)
  addEventListener('keydown', giveUp)
  return {
    on(next) {
      target = next
    },
    reveal(number) {
      revealed = number
    },
    drawn() {
      if (revealed !== undefined && scrollToRow(revealed)) revealed = undefined
      if (target === undefined) return
      if (typeof target === 'number') {
        if (focusRow(target)) target = undefined
        return
      }
      const element = document.querySelector<HTMLElement>(target)
      if (!element) return
      target = undefined
      element.focus()
    },
  }
}
