import { createMemoryDedupeStore } from '../src/memory-store.js'
import { describeStore } from './store-conformance.js'

describeStore('the memory store', (options) => {
  const store = createMemoryDedupeStore(options)
  return [store, store]
})
