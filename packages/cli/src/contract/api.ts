import { defaultPaths } from '@x/koywe-core/testing'

/** Which of Koywe's APIs a command plays. */
export type Api = 'ramp' | 'payments'

/** Where each API's deliveries go unless told otherwise, and where its secret is. */
export const apis = {
  ramp: { path: defaultPaths.koyweWebhooks, secretName: 'KOYWE_WEBHOOK_SECRET' },
  payments: { path: defaultPaths.koywePayments, secretName: 'KOYWE_PAYMENTS_SECRET' },
} as const satisfies Readonly<Record<Api, { path: string; secretName: `KOYWE_${string}` }>>

/** The option of every command that knows both APIs. */
export const paymentsOption = [
  '--payments',
  `plays the Payments API instead of the ramp API: secret ${apis.payments.secretName}, path ${apis.payments.path}`,
] as const

/** What {@link paymentsOption} has chosen. */
export function apiOf({ payments = false }: { readonly payments?: boolean }): Api {
  return payments ? 'payments' : 'ramp'
}
