// pnpm soak [--store redis|postgres] [--deliveries 50000] [--orders 10000] [--seconds 1800]
import { parseArgs } from 'node:util'
import { installHint } from '@x/koywe-testkit/install-hint'
import { startEngines } from '@x/koywe-testkit/start-engines'
import { formatReport } from './report.js'
import { runSoak } from './run-soak.js'

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'postgres' },
    deliveries: { type: 'string', default: '50000' },
    orders: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '1800' },
  },
})
const [deliveries, orders, seconds] = [values.deliveries, values.orders, values.seconds].map(Number)
const { store } = values
if ((store !== 'redis' && store !== 'postgres') || !deliveries || !orders || !seconds) {
  throw new TypeError(
    '--store is redis or postgres; --deliveries, --orders and --seconds are numbers above 0.',
  )
}

const { urls, missing, stop } = await startEngines()
if (!urls.redis || !urls.postgres) throw new Error(installHint(missing))
const report = await runSoak({
  store,
  redisUrl: urls.redis,
  postgresUrl: urls.postgres,
  deliveries,
  orders,
  seconds,
  progress: (line) => process.stderr.write(`${line}\n`),
}).finally(stop)
process.stdout.write(formatReport(report))
if (report.broken.length > 0) process.exitCode = 1
