import type { Token } from './scan-json.js'

/** One line of indented JSON. */
export interface JsonLine {
  readonly indent: string
  readonly tokens: readonly Token[]
}

// Deeper levels are not indented further, so that a body of many levels stays small.
const deepest = 30

/** Lays JSON out on lines, two spaces a level. No token changes, so a number keeps its digits. */
export function indentJson(tokens: readonly Token[]): readonly JsonLine[] {
  const lines: JsonLine[] = []
  let line: Token[] = []
  let level = 0
  let indent = ''
  const end = () => {
    if (line.length > 0) lines.push({ indent, tokens: line })
    line = []
    indent = '  '.repeat(Math.min(level, deepest))
  }
  for (const [index, token] of tokens.entries()) {
    const { text, kind } = token
    const previous = tokens[index - 1]
    const isMark = kind === 'mark'
    if (isMark && (text === '}' || text === ']')) {
      level--
      const isEmpty = previous?.kind === 'mark' && (previous.text === '{' || previous.text === '[')
      if (!isEmpty) end()
      line.push(token)
    } else if (isMark && text === ':') {
      line.push({ kind: 'mark', text: ': ' })
    } else if (isMark && text === ',') {
      line.push(token)
      end()
    } else {
      line.push(token)
      if (!isMark) continue
      level++
      const next = tokens[index + 1]
      const closes = next?.kind === 'mark' && (next.text === '}' || next.text === ']')
      if (!closes) end()
    }
  }
  end()
  return lines
}

/** The same as text. */
export function indentedText(tokens: readonly Token[]): string {
  return indentJson(tokens)
    .map(({ indent, tokens: inLine }) => indent + inLine.map(({ text }) => text).join(''))
    .join('\n')
}
