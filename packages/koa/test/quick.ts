import { describeConformance } from '@x/koywe-conformance'
import { frameworks, mounts } from './mounts.js'

// The plainest mount on the newest version: what `pnpm test:quick` plays of this adapter.
const newest = frameworks.at(-1)?.[0]
describeConformance(mounts.filter(({ framework }) => framework === newest).slice(0, 1))
