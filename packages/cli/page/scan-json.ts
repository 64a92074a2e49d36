/** A piece of JSON that is not white space. */
export interface Token {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'mark'
  readonly text: string
}

/** Where a text stops being JSON, and what was expected there. Lines and columns count from 1. */
export interface JsonFault {
  readonly offset: number
  readonly line: number
  readonly column: number
  readonly message: string
}

type Expected =
  | 'a value'
  | 'a value or ]'
  | 'a key'
  | 'a key or }'
  | '":"'
  | '"," or ]'
  | '"," or }'

const stringPart = String.raw`"(?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*`
const tokenPattern = String.raw`(${stringPart}")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([{}[\],:])`

/**
 * Splits JSON into its tokens without changing one of them, so that a number keeps its digits and a repeated key stays. With a
 * fault, `tokens` ends where the fault is. It takes any depth, and says the same in every browser.
 */
export function scanJson(text: string): { tokens: readonly Token[]; fault?: JsonFault } {
  const pattern = new RegExp(tokenPattern, 'y')
  const space = /[ \t\n\r]*/y
  const tokens: Token[] = []
  const open: ('{' | '[')[] = []
  let expected: Expected | undefined = 'a value'

  for (let offset = 0; ; offset = pattern.lastIndex) {
    space.lastIndex = offset
    space.exec(text)
    const start = space.lastIndex
    if (start === text.length) {
      return expected ? { tokens, fault: faultAt(text, start, expected) } : { tokens }
    }
    pattern.lastIndex = start
    const [found = '', string, number, word] = pattern.exec(text) ?? []
    const fault = () => ({ tokens, fault: faultAt(text, start, expected) })
    if (found === '') return fault()
    if (string !== undefined || number !== undefined || word !== undefined) {
      const isKey: boolean = expected === 'a key' || expected === 'a key or }'
      if (isKey ? string === undefined : !takesValue(expected)) return fault()
      const kind = string !== undefined ? 'string' : number !== undefined ? 'number' : 'word'
      tokens.push({ kind: isKey ? 'key' : kind, text: found })
      expected = isKey ? '":"' : afterValue(open)
      continue
    }
    if (found === '{' || found === '[') {
      if (!takesValue(expected)) return fault()
      open.push(found)
      expected = found === '{' ? 'a key or }' : 'a value or ]'
    } else if (found === ':') {
      if (expected !== '":"') return fault()
      expected = 'a value'
    } else if (found === ',') {
      if (expected !== '"," or ]' && expected !== '"," or }') return fault()
      expected = open.at(-1) === '{' ? 'a key' : 'a value'
    } else {
      if (!expected?.endsWith(`or ${found}`)) return fault()
      open.pop()
      expected = afterValue(open)
    }
    tokens.push({ kind: 'mark', text: found })
  }
}

function takesValue(expected: Expected | undefined): boolean {
  return expected === 'a value' || expected === 'a value or ]'
}

function afterValue(open: readonly ('{' | '[')[]): Expected | undefined {
  const within = open.at(-1)
  if (within === undefined) return undefined
  return within === '{' ? '"," or }' : '"," or ]'
}

function faultAt(text: string, start: number, expected: Expected | undefined): JsonFault {
  if (start === text.length) {
    return position(
      text,
      start,
      text === '' ? 'the body is empty' : `the text ends, but ${expected} is missing`,
    )
  }
  if (text[start] === '"' && (takesValue(expected) || expected?.startsWith('a key'))) {
    const string = new RegExp(stringPart, 'y')
    string.lastIndex = start
    string.exec(text)
    const end = string.lastIndex
    if (end === text.length) return position(text, end, 'the text ends within a string')
    if (text[end] !== '"') return position(text, end, 'a string cannot contain this')
  }
  return position(
    text,
    start,
    expected === undefined ? 'something follows the value' : `${expected} was expected`,
  )
}

function position(text: string, offset: number, message: string): JsonFault {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { offset, line: before.split('\n').length, column: offset - lineStart + 1, message }
}
