import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pack, publishedPackages } from '@x/koywe-packaging/pack'
import { describeWithServer } from '@x/koywe-testkit/describe-with-server'
import { engines } from '@x/koywe-testkit/engines'
import { environment } from '@x/koywe-testkit/environment'
import { run } from '@x/koywe-testkit/run'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drill } from '../src/drill.js'
import { examples } from '../src/examples.js'
import { play } from '../src/play.js'
import { playPayments } from '../src/play-payments.js'
import { createPrefix, queues } from '../src/queues.js'
import { createServerSettings, environmentOf, type ServerSettings } from '../src/server-settings.js'

/** The parts of a package.json that are looked at. */
interface Manifest {
  readonly name: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

const root = join(import.meta.dirname, '../../..')
const minutes = 60_000

let outside: string
/** The packed packages: `file:` and a path, by package name. */
let tarballs: Readonly<Record<string, string>>

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'koywe-examples-'))
  tarballs = await packPackages(join(outside, 'packed'))
}, 5 * minutes)

afterAll(async () => {
  await rm(outside, { recursive: true, force: true })
}, 2 * minutes)

const folders = [
  ...new Set(examples.map(({ folder }) => folder)),
  ...queues.map(({ folder }) => folder),
  'auth-jwt', // proven by its own tests: Koywe's JWTs are not what the play shows
  'observability', // proven by its own tests: what it keeps is not what the play shows
  'payments-express', // its events are those of the other API
  'cloud-functions', // proven by its own tests, on Google's framework
]

// Three at a time: an installation and a drill mostly wait.
for (const lane of [0, 1, 2]) {
  describe.concurrent('one after the other', () => {
    const some = folders.filter((_, index) => index % 3 === lane)
    describe.sequential.each(some)('examples/%s, copied out of the repository', describeExample)
  })
}

function describeExample(folder: string): void {
  const original = join(root, 'examples', folder)
  const servers = examples.filter((example) => example.folder === folder)
  let copy: string
  let manifest: Manifest
  let settings: ServerSettings

  beforeAll(async () => {
    copy = join(outside, folder)
    await cp(original, copy, {
      recursive: true,
      filter: (path) => !['node_modules', 'dist', '.env'].includes(basename(path)),
    })
    manifest = await readManifest(copy)
    await writeFile(join(copy, 'package.json'), JSON.stringify(withTarballs(manifest), null, 2))
    settings = createServerSettings(await mkdtemp(join(outside, 'users-')))
    const envExample = await readFile(join(copy, '.env.example'), 'utf8')
    const agreed = servers.length > 0 ? environmentOf(settings) : {}
    await writeFile(join(copy, '.env'), fillIn(envExample, { PORT: '0', ...agreed }))
    await npm('install', '--prefer-offline', '--no-audit', '--no-fund')
  }, 10 * minutes)

  async function npm(...args: string[]): Promise<void> {
    const command = { command: ['npm', ...args], folder: copy, env: environment() } as const
    const ended = await run(command, 9 * minutes)
    expect(ended, `npm ${args.join(' ')}`).toMatchObject({ code: 0 })
  }

  it('names plain versions of our packages, as they are published', () => {
    const ours = Object.entries(dependenciesOf(manifest)).filter(([name]) => name.startsWith('@x/'))
    expect(ours).not.toEqual([])
    for (const [name, version] of ours) expect(`${name} ${version}`).toMatch(/ \^\d+\.\d+\.\d+$/)
  })

  it('is installed with the packed packages and no others of ours', async () => {
    const lock = JSON.parse(await readFile(join(copy, 'package-lock.json'), 'utf8'))
    const ours = Object.entries<{ resolved?: string }>(lock.packages).filter(([path]) =>
      path.includes('node_modules/@x/'),
    )
    expect(ours.map(([path]) => path)).toContain('node_modules/@x/koywe-core')
    for (const [, { resolved }] of ours) expect(resolved).toMatch(/^file:\S+\.tgz$/)
  })

  it(
    'passes its own checks',
    async () => {
      const own = ['typecheck', 'test'].filter((script) => manifest.scripts?.[script])
      expect(own).toContain('typecheck')
      for (const script of own) await npm('run', script)
    },
    10 * minutes,
  )

  it.each(servers)(
    'starts with npm run $script and gives the right answer to every delivery and question',
    async ({ script }) => {
      const command = ['npm', 'run', script] as const
      const report = await play({ command, folder: copy, env: environment() }, settings)
      const rows = [...report.deliveries, ...report.refusals, ...report.questions]
      expect(rows.map(({ done, got }) => [done, ...got])).toEqual(
        rows.map(({ done, wanted }) => [done, ...wanted]),
      )
      expect(report.right).toBe(true)
      expect(report.stopped).toBe(true)
    },
    5 * minutes,
  )

  if (folder === 'payments-express') {
    describeWithServer('its queue', engines.redis, (engine) => {
      it(
        'answers exactly 200 and hands each event to its worker once',
        {
          timeout: 5 * minutes,
        },
        () => testPayments(() => copy, engine),
      )
    })
  }

  for (const { url, createSandbox } of queues.filter((queue) => queue.folder === folder)) {
    describeWithServer('its queue', url, (engine) => {
      it('lets every event take effect once while its workers are killed and frozen', {
        timeout: 5 * minutes,
      }, async () => {
        const { secret } = settings
        const sandbox = await createSandbox(engine)
        const env = { ...environment(), ...sandbox.env, KOYWE_WEBHOOK_SECRET: secret }
        const server = ['npm', 'start'] as const
        const worker = ['npm', 'run', 'worker'] as const
        const { injectFaults, remove } = sandbox
        const example = { folder: copy, env, secret, server, worker, injectFaults }
        const report = await drill(example).finally(remove)
        const { '200 {"received":true}': received, ...refused } = report.answers
        expect(received).toBe(134)
        const honest = ['500 {"error":"handler_failed"}']
        expect(Object.keys(refused)).toEqual(folder === 'fastify-pg-boss' ? honest : [])
        expect(report.orders).toEqual(Array(20).fill('crypto_delivered 3'))
        expect(report.started).toBeGreaterThan(60)
        expect(report.again).toEqual([])
        expect(report.stopped).toBe(true)
      })
    })
  }
}

async function testPayments(copy: () => string, engine: string): Promise<void> {
  const sandbox = await createPrefix(engine)
  const env = { ...environment(), ...sandbox.env }
  const server = ['npm', 'start'] as const
  const worker = ['npm', 'run', 'worker'] as const
  const report = await playPayments({ folder: copy(), env, server, worker }).finally(sandbox.remove)
  expect(report).toEqual({
    answers: {
      'an event of our order': '200 {"received":true}',
      'a duplicate': '200 {"received":true}',
      'another event of our order': '200 {"received":true}',
      'an order that nobody here knows': '200 {"received":true}',
      'an id that is an integer': '200 {"received":true}',
      'a type that is not documented': '200 {"received":true}',
      'such a type, of our order': '200 {"received":true}',
      'a forgery': '401 {"error":"invalid_signature"}',
      'a ramp webhook': '400 {"error":"ramp_webhook"}',
    },
    jobs: [
      'event order.paid evt_1',
      'event order.completed evt_2',
      'event order.paid evt:3, no order of ours',
      'event order.paid 4, no order of ours',
      'event webhook.ping evt_5, no order of ours',
      'event order.new evt_7',
    ],
    order: { evt_1: 'order.paid', evt_2: 'order.completed', evt_7: 'order.new' },
    unknownOrder: 404,
    stopped: true,
  })
}

/** Packs every published package: `file:` and a path, by package name. */
async function packPackages(destination: string): Promise<Record<string, string>> {
  await mkdir(destination)
  const packed = (await publishedPackages()).map((published) => pack(published, destination))
  return Object.fromEntries(
    (await Promise.all(packed)).map(({ name, tarball }) => [name, `file:${tarball}`]),
  )
}

/** The same manifest, with the tarballs wherever one of our packages is asked for, also by one of them. */
function withTarballs(manifest: Manifest): object {
  const swap = (dependencies: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(
      Object.entries(dependencies).map(([name, version]) => [name, tarballs[name] ?? version]),
    )
  return {
    ...manifest,
    dependencies: swap(manifest.dependencies),
    devDependencies: swap(manifest.devDependencies),
    overrides: tarballs,
  }
}

function dependenciesOf({ dependencies, devDependencies }: Manifest): Record<string, string> {
  return { ...dependencies, ...devDependencies }
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}

/** Does what the example's README says: copies `.env.example` and puts values in. */
function fillIn(envExample: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((env, [name, value]) => {
    const line = new RegExp(`^${name}=.*$`, 'm')
    if (!line.test(env)) throw new Error(`.env.example does not name ${name}`)
    return env.replace(line, `${name}=${value}`)
  }, envExample)
}
