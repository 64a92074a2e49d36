const maxLength = 40
// Control and format characters, line and paragraph separators, lone surrogates.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const everyUnsafe = new RegExp(unsafe, 'gu')
const everyUnsafeInLines = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/**
 * Quotes text from a caller for a log line: control and direction characters are escaped, and it is cut to 40 characters.
 * Anything but text is shown by its value or its type.
 */
export function quote(text: unknown): string {
  if (typeof text === 'string') {
    if (text.length <= maxLength) return escapeControls(JSON.stringify(text))
    // Does not cut a surrogate pair in two.
    const cut = text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '')
    return `${escapeControls(JSON.stringify(cut))}…`
  }
  const isPlain = text === null || ['undefined', 'boolean', 'number'].includes(typeof text)
  return isPlain ? String(text) : `a value of type ${typeof text}`
}

/** Escapes control characters in one line of text: `\u001b`. */
export function escapeControls(text: string): string {
  return unsafe.test(text) ? text.replace(everyUnsafe, escaped) : text
}

/** The same for several lines, such as a stack: keeps line breaks and tabs. */
export function escapeControlsInLines(text: string): string {
  return text.replace(everyUnsafeInLines, escaped)
}

function escaped(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16)
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`
}
