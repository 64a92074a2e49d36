// Nothing listens there: the agent instruments, and tries to connect for as long as it lives.
Object.assign(process.env, {
  NEW_RELIC_APP_NAME: 'stacks',
  NEW_RELIC_LICENSE_KEY: '0123456789012345678901234567890123456789',
  NEW_RELIC_HOST: '127.0.0.1',
  NEW_RELIC_PORT: '9',
  NEW_RELIC_NO_CONFIG_FILE: 'true',
  NEW_RELIC_LOG_ENABLED: 'false',
})
const newrelic = require('newrelic')
globalThis.isTraced = () => newrelic.getTraceMetadata().traceId !== undefined
