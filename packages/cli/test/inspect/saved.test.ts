import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { jsonLines, koywe } from '../koywe.js'
import { afterwards, applicationOf, probe, secret, startInspecting } from './inspecting.js'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'koywe-saved-'))
  afterwards(() => rm(path, { recursive: true }))
  return path
}

it('--save writes every request to a new file that only its owner reads, and --load shows it', async () => {
  const file = join(await folder(), 'saved.ndjson')
  const first = await startInspecting(['--save', file, '--', process.execPath, probe])
  await first.act({ action: 'send', eventName: 'payment_created' })
  await first.act({ action: 'replay', number: 1, as: 'same' })
  const [one, two] = [await first.delivery(1), await first.delivery(2)]
  first.child.kill('SIGTERM')
  await first.ended
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const saved = await readFile(file, 'utf8')
  expect(jsonLines(saved)).toEqual([one, two])
  expect(saved).not.toContain(secret)

  const again = await koywe(['inspect', '--save', file, '--', process.execPath, probe])
  expect(again.code).toBe(2)
  expect(again.stderr).toContain('exists already')

  await writeFile(file, `${saved}{"version":1,"kind":"delivery","number":"3"}\n{cut`)
  const second = await startInspecting(['--load', file, '--', process.execPath, probe])
  expect(await second.delivery(1)).toEqual(one)
  expect(second.stderr()).toMatch(/line 3 of .*\n.*line 4 of /)
  expect(await second.act({ action: 'replay', number: 1, as: 'new' })).toEqual({ numbers: [3] })
  expect(await second.delivery(3)).toMatchObject({ status: 200, replayOf: 1 })

  const alone = await startInspecting(['--load', file], { state: 'gone' })
  expect(await alone.delivery(2)).toEqual(two)
})

it('--load skips requests that the page could not show, or that leave no number for the next one', async () => {
  const file = join(await folder(), 'broken.ndjson')
  const entry = {
    ...{ version: 1, kind: 'delivery', number: 1, receivedAt: '2026-01-31T12:00:00.000Z' },
    ...{ method: 'POST', path: '/webhooks/koywe', origin: 'received', api: 'ramp' },
    ...{ duplicate: false, errors: [], body: { base64: '/w==' } },
  }
  const lines = [
    entry,
    { ...entry, number: 2, body: { base64: '!!!' } },
    { ...entry, number: 3, errors: [{ name: 'Error', message: 'no', stack: 5 }] },
    { ...entry, number: Number.MAX_SAFE_INTEGER },
  ]
  await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'))
  const inspecting = await startInspecting(['--load', file, '--', process.execPath, probe])
  expect(inspecting.stderr().match(/line \d/g)).toEqual(['line 2', 'line 3', 'line 4'])
  expect(await inspecting.act({ action: 'replay', number: 1, as: 'same' })).toEqual({
    numbers: [2],
  })
})

it('a saved file adds no header of its own to what is sent, and one that no request can carry is said', async () => {
  const file = join(await folder(), 'foreign.ndjson')
  const entry = (number: number, headers: object) =>
    JSON.stringify({
      ...{ version: 1, kind: 'delivery', number, receivedAt: '2026-01-31T12:00:00.000Z' },
      ...{ method: 'POST', path: '/webhooks/koywe', origin: 'received', api: 'ramp' },
      ...{ duplicate: false, errors: [], body: { text: '{}' }, headers },
    })
  const foreign = { host: 'elsewhere.example', cookie: 'a=1', 'content-type': 'application/json' }
  await writeFile(file, `${entry(1, foreign)}\n${entry(2, { 'content-type': 'a\nb' })}\n`)
  const inspecting = await startInspecting(['--load', file, '--', process.execPath, probe])
  const { act, delivery } = inspecting
  expect(await act({ action: 'replay', number: 1, as: 'same' })).toEqual({ numbers: [3] })
  expect(await delivery(3)).toMatchObject({ status: 401 })
  const seen = await fetch(`${await applicationOf(inspecting)}/seen`)
  const [rawHeaders] = (await seen.json()) as [string[]] // what the probe answers
  expect(rawHeaders).toContain('application/json')
  expect(rawHeaders).not.toContain('elsewhere.example')
  expect(rawHeaders).not.toContain('a=1')
  expect(await act({ action: 'replay', number: 2, as: 'same' })).toMatchObject({
    error: { code: 'unsendable', message: expect.stringContaining('header') },
  })
})

it('--load shows the requests of several runs in one file, which it counts anew', async () => {
  const file = join(await folder(), 'runs.ndjson')
  const common = {
    kind: 'question',
    version: 1,
    method: 'POST',
    path: '/koywe/auth',
    allowed: true,
  }
  const run = (day: number) =>
    [1, 2].map((number) => ({
      ...common,
      ...{ number, receivedAt: `2026-01-0${day}T12:00:0${number}.000Z` },
      ...(number === 1 ? { origin: 'received' } : { origin: 'replayed', replayOf: 1 }),
    }))
  const lines = [...run(2), ...run(1)].map((one) => JSON.stringify(one))
  await writeFile(file, lines.join('\n'))
  const inspecting = await startInspecting(['--load', file], { state: 'gone' })
  await inspecting.until('all of them', () => inspecting.entries.size === 4)
  expect([...inspecting.entries.values()]).toMatchObject([
    { number: 1, receivedAt: '2026-01-01T12:00:01.000Z' },
    { number: 2, receivedAt: '2026-01-01T12:00:02.000Z', origin: 'replayed' },
    { number: 3, receivedAt: '2026-01-02T12:00:01.000Z' },
    { number: 4, receivedAt: '2026-01-02T12:00:02.000Z', origin: 'replayed' },
  ])
  expect(inspecting.entries.get(4)).not.toHaveProperty('replayOf')
})

it('a file that cannot be written any more keeps its whole lines, and everything is still shown', async () => {
  const file = join(await folder(), 'saved.ndjson')
  const inspecting = await startInspecting(['--save', file, '--', process.execPath, probe], {
    state: 'up',
    shell: 'ulimit -f 2', // blocks of 512 bytes, or of 1024
  })
  for (let number = 1; number <= 6; number++) {
    await inspecting.act({ action: 'send', eventName: 'payment_created' })
    await inspecting.delivery(number)
  }
  inspecting.child.kill('SIGTERM')
  await inspecting.ended
  expect(inspecting.stderr().match(/cannot be written \(EFBIG\)/g)).toHaveLength(1)
  const saved = jsonLines(await readFile(file, 'utf8'))
  expect(saved).toEqual([...inspecting.entries.values()].slice(0, saved.length))
  expect(saved.length).toBeLessThan(6)
})

it('a run that saves nothing leaves no file behind, so that the same command works again', async () => {
  const path = await folder()
  const file = join(path, 'saved.ndjson')
  const { origin } = await startInspecting(['--', process.execPath, probe])
  const { port } = new URL(origin)
  for (const args of [
    ['--', './no-such-command'],
    ['--port', port, '--', process.execPath, probe],
  ]) {
    expect(await koywe(['inspect', '--save', file, ...args])).toMatchObject({ code: 2 })
    expect(await readdir(path)).toEqual([])
  }
})

it('writes nothing to the disk unless it is asked to', async () => {
  const path = await folder()
  const env = { HOME: path, TMPDIR: path, XDG_CACHE_HOME: path }
  const inspecting = await startInspecting(['--', process.execPath, probe], { env, state: 'up' })
  await inspecting.act({ action: 'send', eventName: 'payment_created' })
  await inspecting.delivery(1)
  expect(await readdir(path)).toEqual([])
})
