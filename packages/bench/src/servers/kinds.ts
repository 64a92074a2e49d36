import type { KoyweWebhooksOptions } from '@x/koywe-core'

/** What a framework's server does with a delivery. */
export const kinds = ['bare', 'recipe', 'by-hand', 'receiver', 'receiver-with-memory'] as const

export type Kind = (typeof kinds)[number]

/** Where all servers answer. */
export const path = '/webhooks/koywe'

/** What all servers answer to a good delivery, and to a bad one. */
export const accepted = { received: true }
export const refused = { error: 'invalid_signature' }

/** The settings of a receiver in a server of that kind. */
export function settingsOf(kind: Kind): KoyweWebhooksOptions {
  return kind === 'receiver' ? { logger: false, dedupe: false } : { logger: false }
}
