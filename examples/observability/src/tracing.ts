import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { instrumentKoywe } from '@x/koywe-core/opentelemetry'

// Stand-in for your set-up of OpenTelemetry, such as @opentelemetry/sdk-node with an exporter to a collector.
const spanProcessors = [new SimpleSpanProcessor(new ConsoleSpanExporter())]
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }))

instrumentKoywe()
