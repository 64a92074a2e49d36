/** The shell command that installs tarballs, whatever their paths contain. */
export function installLine(tarballs: readonly string[]): string {
  return `npm install ${tarballs.map(quoted).join(' ')}`
}

/** The line of a `package.json` with which pnpm and Yarn take the tarball of core that the adapters depend on. */
export function resolutionsLine(core: string): string {
  return `"resolutions": ${JSON.stringify({ '@x/koywe-core': `file:${core}` })}`
}

/** The path as a shell reads it back. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
