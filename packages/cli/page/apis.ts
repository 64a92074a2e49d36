import type { DeliveryEntry } from '../src/inspect/entries.js'

type Api = DeliveryEntry['api']

/** What the page says of each API, and where its deliveries go unless told otherwise. */
export const apis: Readonly<Record<Api, { name: string; path: string; secretName: string }>> = {
  ramp: { name: 'Ramp API', path: '/webhooks/koywe', secretName: 'KOYWE_WEBHOOK_SECRET' },
  payments: {
    name: 'Payments API',
    path: '/webhooks/koywe-payments',
    secretName: 'KOYWE_PAYMENTS_SECRET',
  },
}
