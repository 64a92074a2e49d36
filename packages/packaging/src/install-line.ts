/** The shell command that installs tarballs, whatever their paths contain. */
export function installLine(tarballs: readonly string[]): string {
  return `npm install ${tarballs.map(quoted).join(' ')}`
}

/** The path as a shell reads it back. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
