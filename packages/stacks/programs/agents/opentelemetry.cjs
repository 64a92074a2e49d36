const { trace } = require('@opentelemetry/api')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { KoaInstrumentation } = require('@opentelemetry/instrumentation-koa')
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')

const scopes = new Set()
const processor = {
  onStart: (span) => scopes.add(span.instrumentationScope.name.split('-').at(-1)),
  onEnd() {},
  forceFlush: async () => {},
  shutdown: async () => {},
}
const provider = new NodeTracerProvider({ spanProcessors: [processor] })
provider.register()
registerInstrumentations({
  instrumentations: [
    new HttpInstrumentation(),
    new ExpressInstrumentation(),
    new KoaInstrumentation(),
  ],
})

// Both the request and the framework's own handlers have their spans.
globalThis.isTraced = () =>
  trace.getActiveSpan() !== undefined && (scopes.has('express') || scopes.has('koa'))
