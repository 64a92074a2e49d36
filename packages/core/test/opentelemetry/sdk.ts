import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'

/** The SDK with its in-memory exporters, not registered yet. */
export function createSdk() {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  })
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 3_600_000,
  })
  const meterProvider = new MeterProvider({ readers: [reader] })
  return {
    tracerProvider,
    meterProvider,
    spans: () => exporter.getFinishedSpans(),
    /** The values of each metric: [labels, value], where a histogram's value is its count. */
    async metrics() {
      await reader.forceFlush()
      const found: Record<string, [labels: object, value: number][]> = {}
      const [last] = metricExporter.getMetrics().slice(-1)
      for (const { descriptor, dataPoints } of last?.scopeMetrics.flatMap((one) => one.metrics) ??
        []) {
        found[descriptor.name] = dataPoints.map(({ attributes, value }) => [
          attributes,
          typeof value === 'number' ? value : value.count,
        ])
      }
      return found
    },
    register() {
      trace.setGlobalTracerProvider(tracerProvider)
      metrics.setGlobalMeterProvider(meterProvider)
    },
    shutdown: () => Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]),
  }
}

/** Makes OpenTelemetry keep its context in an AsyncLocalStorage, as its Node SDK does. */
export function keepContext(manager = new AsyncLocalStorageContextManager()) {
  context.setGlobalContextManager(manager.enable())
}

/** Undoes all that is registered. */
export function forgetSdk() {
  context.disable()
  trace.disable()
  metrics.disable()
}
