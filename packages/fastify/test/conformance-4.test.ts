import { describeConformance } from '@x/koywe-conformance'
import { mounts } from './mounts.js'

describeConformance(mounts.filter(({ framework }) => framework === 'fastify 4'))
