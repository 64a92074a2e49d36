import { describeWebhooks } from '@x/koywe-conformance'
import { mounts } from './mounts.js'

describeWebhooks(mounts)
