/** The calls of a stack, those of the application apart. */
export interface ReadStack {
  /** The lines of the application's own calls, and the error's message above them. */
  readonly own: string
  /** How many calls are Node's or a library's. */
  readonly foreign: number
  /** Where the application's own code was last, such as `app.mjs:8`. */
  readonly place: string | undefined
}

/** Reads the text of a stack as V8 writes it. */
export function readStack(stack: string): ReadStack {
  const lines = stack.split('\n')
  const foreign = lines.filter(isForeign).length
  const own = lines.filter((line) => !isForeign(line))
  const first = own.find(isCall)
  return { own: own.join('\n'), foreign, place: first && placeOf(first) }
}

function isCall(line: string): boolean {
  return /^\s+at /.test(line)
}

// A workspace links the library to its build, which has one file of this name.
const foreign =
  /node:|[\\/]node_modules[\\/]|[\\/]dist[\\/]\w+[\\/]chunks[\\/]koywe-[\w-]+\.\w+:|<anonymous>\)?$/

function isForeign(line: string): boolean {
  return isCall(line) && foreign.test(line)
}

function placeOf(call: string): string | undefined {
  const [, file, line] = /([^\\/(\s]+):(\d+):\d+\)?$/.exec(call) ?? []
  return file && `${file}:${line}`
}
