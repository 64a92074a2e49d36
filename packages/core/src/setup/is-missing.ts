/** A setting without the white space and the quotes around it. */
export function unquoted(setting: string): string {
  return setting.trim().replace(/^(["'`])(.*)\1$/s, '$2')
}

/** Whether a setting says nothing: it is blank, or what a missing variable becomes in a text, as in `${process.env.SECRET}`. */
export function isMissing(setting: string): boolean {
  return ['', 'undefined', 'null'].includes(unquoted(setting).trim())
}
