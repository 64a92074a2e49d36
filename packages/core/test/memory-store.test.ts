import { createMemoryDedupeStore } from '../src/dedupe.js'
import { describeStore } from './store-conformance.js'

describeStore('the memory store', (options) => {
  const store = createMemoryDedupeStore(options)
  return [store, store]
})
