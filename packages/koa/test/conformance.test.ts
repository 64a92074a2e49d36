import { describeAuthCallback, describeWebhooks } from '@x/koywe-conformance'
import { mounts } from './mounts.js'

describeWebhooks(mounts)
describeAuthCallback(mounts)
