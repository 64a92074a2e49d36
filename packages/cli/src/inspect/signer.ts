import { type DeliveryRequest, signEvent, signedPaymentsRequest } from '@x/koywe-core/testing'
import { type Api, apis } from '../contract/api.js'
import { CliError, exitCodes } from '../contract/exit.js'

const names = { ramp: 'ramp API', payments: 'Payments API' } as const

/** Creates what signs deliveries as each API does. Each of its functions throws a {@link CliError} where the API's secret is not known. */
export function createSigner(secrets: Readonly<Record<Api, string | undefined>>) {
  function secretOf(api: Api): string {
    const secret = secrets[api]
    if (secret !== undefined) return secret
    throw new CliError(
      exitCodes.wrong,
      'no_secret',
      `the inspector has no secret to sign a webhook of the ${names[api]} with`,
      `Set ${apis[api].secretName} in its environment or in .env, and start it again.`,
    )
  }

  return {
    secretOf,
    /** Signs fields: the signature becomes one of them. */
    ramp: (fields: object): DeliveryRequest => ({
      headers: { 'content-type': 'application/json' },
      body: signEvent(fields, secretOf('ramp')),
    }),
    /** Signs a body as it is: the signature becomes a header. */
    payments: (body: string): DeliveryRequest => signedPaymentsRequest(body, secretOf('payments')),
  }
}
