import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished, vi } from 'vitest'
import { answers } from '../src/answers.js'
import { describeWithServer } from '../src/describe-with-server.js'
import { findProgram } from '../src/find-program.js'
import { listen } from '../src/listen.js'
import { type EngineUrls, startEngines } from '../src/start-engines.js'

const gone = 'postgres://127.0.0.1:1/gone'

/** A process of its own that holds the engines, with a temporary folder for their data. */
async function holdEngines() {
  const temporary = mkdtempSync(join(tmpdir(), 'koywe-engines-'))
  execFileSync('chmod', ['777', temporary])
  const program = `
    import { startEngines } from './start-engines.ts'
    console.log(JSON.stringify((await startEngines()).urls))
    setInterval(() => {}, 1000)`
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    {
      cwd: join(import.meta.dirname, '../src'),
      env: {
        ...process.env,
        TMPDIR: temporary,
        KOYWE_TEST_REDIS_URL: '',
        KOYWE_TEST_POSTGRES_URL: '',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  onTestFinished(() => {
    child.kill('SIGKILL')
    rmSync(temporary, { recursive: true, force: true })
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const urls: Required<EngineUrls> = JSON.parse(line)
  return { child, temporary, urls }
}

/** The folders of engines; tsx keeps one of its own beside them. */
function foldersIn(temporary: string): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('koywe-'))
}

function answersAt(url = ''): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return answers(hostname, Number(port))
}

describeWithServer('private engines', findProgram('redis-server') && findProgram('initdb'), () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'run on ports of their own and are gone, with their data, after a %s of whoever started them',
    async (signal) => {
      const { child, temporary, urls } = await holdEngines()
      expect(await answersAt(urls.redis)).toBe(true)
      expect(await answersAt(urls.postgres)).toBe(true)
      expect(urls.redis).not.toContain(':6379')
      expect(urls.postgres).not.toContain(':5432')
      expect(foldersIn(temporary)).toHaveLength(2)
      child.kill(signal)
      await expect.poll(() => foldersIn(temporary), { timeout: 30_000 }).toEqual([])
      expect(await answersAt(urls.redis)).toBe(false)
      expect(await answersAt(urls.postgres)).toBe(false)
    },
  )
})

it('takes a server that an environment variable names, and leaves it running', async () => {
  const server = await listen((_request, response) => response.end())
  onTestFinished(() => server.close())
  onTestFinished(() => void vi.unstubAllEnvs())
  const url = `redis://127.0.0.1:${server.port}`
  vi.stubEnv('KOYWE_TEST_REDIS_URL', url)
  vi.stubEnv('KOYWE_TEST_POSTGRES_URL', url.replace('redis', 'postgres'))
  const { urls, missing, stop } = await startEngines()
  await stop()
  expect(urls).toEqual({ redis: url, postgres: url.replace('redis', 'postgres') })
  expect(missing).toEqual([])
  expect(await answersAt(url)).toBe(true)
})

it('says which variable names a server that does not answer, and starts no other in its place', async () => {
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv('KOYWE_TEST_REDIS_URL', gone)
  vi.stubEnv('KOYWE_TEST_POSTGRES_URL', gone)
  await expect(startEngines()).rejects.toThrow(/KOYWE_TEST_\w+_URL names 127\.0\.0\.1:1, where no/)
})
