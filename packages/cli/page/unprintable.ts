// Control characters, and those that hide or turn around what stands beside them.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const everyUnprintable = new RegExp(unprintable, 'gu')

/** Whether a text has no character that cannot be seen. */
export function isPrintable(text: string): boolean {
  return !unprintable.test(text)
}

/** A text with every character that cannot be seen as JSON escapes it: `\u202e`. */
export function escapeUnprintable(text: string): string {
  return text.replace(everyUnprintable, escaped)
}

/** The same for a text of several lines, whose line ends and tabs stay. */
export function escapeWithinLines(text: string): string {
  return text.replace(everyUnprintable, (character) =>
    /[\n\r\t]/.test(character) ? character : escaped(character),
  )
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('')
}
