import { focusRow } from './row-focus.js'

/** Moves the focus once what it is for has been drawn. */
export interface PendingFocus {
  /** A selector, or the number of a row. Waits until it is there. */
  on(target: string | number): void
  drawn(): void
}

/** Creates it. It gives up when the user moves the focus first. */
export function createPendingFocus(): PendingFocus {
  let target: string | number | undefined
  addEventListener('pointerdown', () => {
    target = undefined
  })
  addEventListener('keydown', () => {
    target = undefined
  })
  return {
    on(next) {
      target = next
    },
    drawn() {
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
