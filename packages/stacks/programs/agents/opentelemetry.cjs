const { trace } = require('@opentelemetry/api')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { KoaInstrumentation } = require('@opentelemetry/instrumentation-koa')
const { FastifyOtelInstrumentation } = require('@fastify/otel')
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')

const scopes = new Set()
const processor = {
  onStart: (span) => scopes.add(span.instrumentationScope.name),
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
    new FastifyOtelInstrumentation({ registerOnInitialization: true }),
  ],
})

// Both the request and the framework's own handlers have their spans.
globalThis.isTraced = () =>
  trace.getActiveSpan() !== undefined &&
  [...scopes].some((name) => /(express|koa|fastify[/]otel)$/.test(name))
