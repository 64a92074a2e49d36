import { spawn } from 'node:child_process'

const commands: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

/** Shows a page in the person's browser, if there is one. */
export function openBrowser(url: string): void {
  const [command = '', ...args] = commands[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
  // Without a browser, the address that is printed will do.
  child.once('error', () => {})
  child.unref()
}
