/** Where each public function of an adapter answers, unless it is told otherwise. */
export const defaultPaths = {
  koyweWebhooks: '/webhooks/koywe',
  koywePayments: '/webhooks/koywe-payments',
  koyweAuthCallback: '/koywe/auth',
} as const
