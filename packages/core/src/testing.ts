export { exampleEvents } from './testing/example-events.js'
export { signEvent } from './testing/sign-event.js'
