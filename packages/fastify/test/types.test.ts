import { fastify } from 'fastify'
import { expect, it } from 'vitest'
import {
  createKoywePayments,
  createKoyweWebhooks,
  koywePayments,
  koyweWebhooks,
} from '../src/index.js'

// Checked by `pnpm typecheck`: a line under @ts-expect-error that compiles is an error.

const secret = 'types-test-secret'
const webhooks = createKoyweWebhooks(secret)
const payments = createKoywePayments(secret)
const variable: string | undefined = process.env.KOYWE_TYPES_TEST_SECRET // not set

it('a receiver has exactly one source of secrets', async () => {
  await fastify().register(koyweWebhooks, { secret, path: '/koywe' })
  await fastify().register(koyweWebhooks, { secrets: [secret], prefix: '/koywe' })
  await fastify().register(koyweWebhooks, { webhooks })
  await fastify().register(koywePayments, { payments })
  const refused = [
    // @ts-expect-error There is none.
    fastify().register(koyweWebhooks, {}),
    // @ts-expect-error It may be undefined.
    fastify().register(koyweWebhooks, { secret: variable }),
    // @ts-expect-error One of them would be ignored.
    fastify().register(koyweWebhooks, { secret, secrets: [secret] }),
    // @ts-expect-error The receiver has its own.
    fastify().register(koyweWebhooks, { secret, webhooks }),
    // @ts-expect-error The other plugin's.
    fastify().register(koywePayments, { webhooks }),
  ]
  for (const app of refused) await expect(async () => await app).rejects.toThrow(TypeError)
})
