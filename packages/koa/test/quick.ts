import { describeConformance } from '@x/koywe-conformance'
import { mounts } from './mounts.js'

// The plainest mount on the newest version: what `pnpm test:quick` plays of this adapter.
describeConformance(mounts.filter(({ framework }) => framework === 'koa 3').slice(0, 1))
