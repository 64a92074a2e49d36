export {
  type InstrumentKoyweOptions,
  instrumentKoywe,
} from './opentelemetry/instrument-koywe.js'
