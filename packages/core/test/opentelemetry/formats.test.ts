import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** Delivers one event with the built package, whose listener starts a span, and prints the spans by name, each with its parent's. */
const exchange = `
const exporter = new trace.InMemorySpanExporter()
const provider = new trace.BasicTracerProvider({ spanProcessors: [new trace.SimpleSpanProcessor(exporter)] })
api.context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager().enable())
api.trace.setGlobalTracerProvider(provider)
otel.instrumentKoywe()
const webhooks = core.createKoyweWebhooks('secret')
webhooks.onAny(() => api.trace.getTracer('app').startSpan('listener').end())
const text = testing.signEvent(testing.exampleEvents.crypto_delivered, 'secret')
const request = { method: 'POST', url: '/', headers: {}, rawHeaders: [], body: async () => ({ text }) }
webhooks.handle(request).then(({ status }) => {
  const spans = exporter.getFinishedSpans()
  const nameOf = (id) => spans.find((span) => span.spanContext().spanId === id)?.name
  console.log(status, ...spans.map((span) => span.name + ' < ' + nameOf(span.parentSpanContext?.spanId)))
})`

const modules = {
  api: '@opentelemetry/api',
  hooks: '@opentelemetry/context-async-hooks',
  trace: '@opentelemetry/sdk-trace-base',
  core: '@x/koywe-core',
  otel: '@x/koywe-core/opentelemetry',
  testing: '@x/koywe-core/testing',
}

it.each([
  ['module', (name: string, from: string) => `import * as ${name} from '${from}'`],
  ['commonjs', (name: string, from: string) => `const ${name} = require('${from}')`],
])('works as it is built, in a %s', async (type, load) => {
  const lines = Object.entries(modules).map(([name, from]) => load(name, from))
  const args = [`--input-type=${type}`, '--eval', [...lines, exchange].join('\n')]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: import.meta.dirname,
  })
  expect(stdout).toBe(
    '200 listener < process crypto_delivered process crypto_delivered < undefined\n',
  )
})
