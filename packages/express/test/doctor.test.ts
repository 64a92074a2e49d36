import { describeDoctor } from '@x/koywe-conformance'
import { mounts } from './mounts.js'

describeDoctor(mounts)
