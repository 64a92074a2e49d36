import type { KoyweLife } from '@x/koywe-core/testing'

const about: Readonly<Record<KoyweLife, string>> = {
  'on-ramp': 'paid in fiat, delivered in crypto',
  'off-ramp': 'paid in crypto, delivered in fiat',
  rejected: 'the payment is rejected',
  expired: 'the payment never comes',
  refund: 'paid, then refunded',
}

/** The lives that an order may have. */
export const lives = Object.keys(about) as readonly KoyweLife[] // the table's own keys

/** The lives, each with what happens in it, for the help. */
export const livesHelp = Object.entries(about)
  .map(([life, what]) => `  ${life.padEnd(10)}${what}`)
  .join('\n')
