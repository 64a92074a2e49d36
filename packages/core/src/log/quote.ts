const maxLength = 40
// Control and format characters, line and paragraph separators, lone surrogates.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const everyUnsafe = new RegExp(unsafe, 'gu')
const everyUnsafeInLines = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/**
 * Text from a caller, in the form in which it may stand in a sentence for the log: in quotes, without a character that moves
 * the cursor or turns the direction of writing, and cut to 40 characters. What is no text is named by its value or its type.
 */
export function quote(text: unknown): string {
  if (typeof text === 'string') {
    if (text.length <= maxLength) return escapeControls(JSON.stringify(text))
    // A pair of surrogates is not cut in two.
    const cut = text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '')
    return `${escapeControls(JSON.stringify(cut))}…`
  }
  const isPlain = text === null || ['undefined', 'boolean', 'number'].includes(typeof text)
  return isPlain ? String(text) : `a value of type ${typeof text}`
}

/** One line of text whose control characters are written as escapes: `\u001b`. */
export function escapeControls(text: string): string {
  return unsafe.test(text) ? text.replace(everyUnsafe, escaped) : text
}

/** The same for a text of several lines, such as a stack: line ends and tabs stay. */
export function escapeControlsInLines(text: string): string {
  return text.replace(everyUnsafeInLines, escaped)
}

function escaped(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16)
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`
}
