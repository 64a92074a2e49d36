import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { koyweEventNames } from '@x/koywe-core'
import { expect, it } from 'vitest'
import { jsonLines, koywe, koyweOnTerminal, program } from './koywe.js'

const commands = [
  'send',
  'order',
  'auth',
  'sign',
  'verify',
  'events',
  'doctor',
  'storm',
  'replay',
  'complete',
]

it('the help names every command', async () => {
  const { code, stdout, stderr } = await koywe(['--help'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
})

it('--version prints the version of the package', async () => {
  const manifest = await readFile(join(import.meta.dirname, '../package.json'), 'utf8')
  const { version } = JSON.parse(manifest)
  expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  expect(await koywe(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

it.each(commands)('%s has a help with a description', async (name) => {
  const { code, stdout, stderr } = await koywe([name, '--help'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(new RegExp(`^Usage: koywe ${name}.*\n\n\\w`))
})

it.each(commands)('%s has a section in the README', async (name) => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
  expect(readme).toMatch(new RegExp(`^## ${name}$`, 'm'))
})

it('events prints the table', async () => {
  const { code, stdout } = await koywe(['events'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^crypto_delivered +DELIVERED, final$/m)
  expect(stdout).toMatch(/^crypto_tx_failed +not stated by Koywe$/m)
  const json = await koywe(['events', '--json'])
  expect(jsonLines(json.stdout).map(({ eventName }) => eventName)).toEqual([...koyweEventNames])
  expect((await koyweOnTerminal(['events'])).stdout).toContain('\x1b[1mevent')
})

it('a reader that stops reading is no failure', () => {
  const script = 'set -o pipefail; "$0" "$1" events --json | head -n 1'
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, program])
  expect(status).toBe(0)
  expect(String(stdout)).toMatch(/^\{.*\}\n$/)
  expect(String(stderr)).toBe('')
})

// A device that is always full.
const full = existsSync('/dev/full')

it.skipIf(!full)('a result that cannot be written is a failure', () => {
  const script = '"$0" "$1" events > /dev/full'
  const { status, stderr } = spawnSync('bash', ['-c', script, process.execPath, program])
  expect(status).toBe(1)
  expect(String(stderr)).toBe('koywe: the result cannot be written (ENOSPC)\n')
})

it.skipIf(!full)('a remark that cannot be written is none', () => {
  const script = 'echo "{}" | "$0" "$1" verify --secret s 2> /dev/full; "$0" "$1" sned 2> /dev/full'
  const { status, stdout } = spawnSync('bash', ['-c', script, process.execPath, program])
  expect(status).toBe(2)
  expect(String(stdout)).toContain('missing_signature')
})

it.each(['bash', 'zsh', 'fish'])('complete prints a script for %s', async (shell) => {
  const { code, stdout, stderr } = await koywe(['complete', shell])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('koywe complete --')
})

it.each([
  [['se'], 'send'],
  [['send', 'crypto_d'], 'crypto_delivered'],
  [['send', 'crypto_delivered', '--tam'], '--tamper'],
  [['order', 'on'], 'on-ramp'],
  [['order', 'on-ramp', '--late', 'payment_rec'], 'payment_received'],
])('the words %j complete to %s', async (words, expected) => {
  const { stdout } = await koywe(['complete', '--', ...words])
  expect(stdout.split('\n').map((line) => line.split('\t')[0])).toContain(expected)
})

it('the help loads none of the work', () => {
  const list =
    'process.on("exit",()=>console.log(process.moduleLoadList.some((m)=>/NativeModule (http|_http_client|crypto)$/.test(m))))'
  const preload = `data:text/javascript,${encodeURIComponent(list)}`
  const { stdout } = spawnSync(process.execPath, ['--import', preload, program, '--help'])
  expect(String(stdout)).toMatch(/Usage: koywe[\s\S]*false\n$/)
})
