import { findProgram } from './find-program.js'

/** The packages that bring what the tests start beside Node, as most installers call them. */
const usual = {
  Redis: 'redis',
  PostgreSQL: 'postgresql',
  Chromium: 'chromium',
  OpenSSL: 'openssl',
  Prometheus: 'prometheus',
} as const

/** What the tests start beside Node. */
export type Program = keyof typeof usual

interface Installer {
  readonly command: string
  /** The packages that it calls otherwise. */
  readonly packages?: Readonly<Partial<Record<Program, string>>>
}

const installers: Readonly<Record<string, Installer>> = {
  'apt-get': { command: 'sudo apt-get install -y', packages: { Redis: 'redis-server' } },
  dnf: {
    command: 'sudo dnf install -y',
    packages: { PostgreSQL: 'postgresql-server', Prometheus: 'golang-github-prometheus' },
  },
  apk: { command: 'sudo apk add' },
  pacman: { command: 'sudo pacman -S' },
  brew: {
    command: 'brew install',
    packages: { PostgreSQL: 'postgresql@17', Chromium: 'google-chrome' },
  },
}

/** Says what is missing and which command brings it; `undefined` when nothing is. */
export function installHint(missing: readonly Program[]): string | undefined {
  if (missing.length === 0) return undefined
  const names = [missing.slice(0, -1).join(', '), ...missing.slice(-1)].filter(Boolean)
  const sentence = `${names.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not installed`
  const found = Object.entries(installers).find(([program]) => findProgram(program))
  if (!found) return `${sentence}.`
  const [, { command, packages }] = found
  const wanted = missing.map((program) => packages?.[program] ?? usual[program])
  return `${sentence}. Run: ${[command, ...wanted].join(' ')}`
}
