import { describeAuthCallback } from './auth-suite.js'
import type { Mount } from './mount.js'
import { describePassingOn } from './passing-on-suite.js'
import { describePayments } from './payments-suite.js'
import { describeReceivers } from './receiver-suite.js'
import { describeWebhooks } from './webhook-suite.js'

/** Every suite at every one of the mounts. There must be one. */
export function describeConformance(mounts: readonly Mount[]): void {
  if (mounts.length === 0) throw new Error('There is no mount to play.')
  describeReceivers(mounts)
  describeWebhooks(mounts)
  describePayments(mounts)
  describeAuthCallback(mounts)
  describePassingOn(mounts)
}
