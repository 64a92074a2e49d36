import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { installHint } from '../src/install-hint.js'

/** Leaves one program on the PATH. */
function onlyProgram(name: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'koywe-path-'))
  writeFileSync(join(folder, name), '')
  chmodSync(join(folder, name), 0o755)
  vi.stubEnv('PATH', folder)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })
}

it('has nothing to say when nothing is missing', () => {
  expect(installHint([])).toBeUndefined()
})

it.each([
  ['apt-get', 'sudo apt-get install -y redis-server postgresql chromium openssl prometheus'],
  ['dnf', 'sudo dnf install -y redis postgresql-server chromium openssl golang-github-prometheus'],
  ['apk', 'sudo apk add redis postgresql chromium openssl prometheus'],
  ['pacman', 'sudo pacman -S redis postgresql chromium openssl prometheus'],
  ['brew', 'brew install redis postgresql@17 google-chrome openssl prometheus'],
])('names what is missing, and the one command of %s that brings it', (installer, command) => {
  onlyProgram(installer)
  expect(installHint(['Redis', 'PostgreSQL', 'Chromium', 'OpenSSL', 'Prometheus'])).toBe(
    `Redis, PostgreSQL, Chromium, OpenSSL and Prometheus are not installed. Run: ${command}`,
  )
})

it('names one, and no command where it knows no installer', () => {
  onlyProgram('winget')
  expect(installHint(['Redis'])).toBe('Redis is not installed.')
})
