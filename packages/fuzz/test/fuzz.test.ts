import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import type { Fault } from '../src/bundle.js'
import { runTarget } from '../src/run-target.js'
import { type Target, targetNames } from '../src/targets.js'

const execute = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'koywe-fuzz-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Planted {
  readonly name: string
  readonly target: Target
  readonly fault: Fault
  /** It may be found in a request that has another flaw, too, for which it must be refused. */
  readonly says: RegExp
}

const faults: readonly Planted[] = [
  {
    name: 'any signature of the right length is accepted',
    target: 'ramp',
    fault: ['if (timingSafeEqual(made, givenSignature)) return index', 'return index'],
    says: /accepted without a valid signature/,
  },
  {
    name: 'bodies are parsed before their depth is bounded',
    target: 'ramp',
    fault: ['if (nestsTooDeep(text)) throw', 'if (false) throw'],
    says: /accepted beyond the bounds/,
  },
  {
    name: 'listeners get what was parsed, not what was signed',
    target: 'ramp',
    fault: ['hasNoNumber(signed.payload) ?', 'true ?'],
    says: /the event is not what was signed/,
  },
  {
    name: 'the second secret is ignored',
    target: 'ramp',
    fault: ['index < keys.length', 'index < 1'],
    says: /refused a genuine delivery/,
  },
  {
    name: 'only the beginning of a signature is compared',
    target: 'payments',
    fault: [
      'timingSafeEqual(made, givenSignature)',
      'timingSafeEqual(made.subarray(0, 8), givenSignature.subarray(0, 8))',
    ],
    says: /accepted without a valid signature|not with invalid_signature/,
  },
  {
    name: 'a signature may be in upper case',
    target: 'payments',
    fault: ['headers["koywe-signature"] ?? "")', 'headers["koywe-signature"] ?? "").toLowerCase()'],
    says: /accepted without a valid signature|not with invalid_signature/,
  },
  {
    name: 'the signature may be that of the value, written out again',
    target: 'payments',
    fault: [
      'verifier.verify(received, signature)',
      'Math.max(verifier.verify(received, signature), verifier.verify(asRamp(body, limit).text, signature))',
    ],
    says: /accepted without a valid signature|not with invalid_signature/,
  },
  {
    name: 'bytes are decoded before they are verified',
    target: 'payments',
    fault: [
      '"text" in body ? body.text : body.bytes',
      '"text" in body ? body.text : Buffer.from(body.bytes).toString()',
    ],
    says: /refused a genuine delivery|refused with invalid_signature/,
  },
  {
    name: 'a value that a parser left is written out again and verified',
    target: 'payments',
    fault: [
      'throw bytesAreLost("only the parsed value", body.cure)',
      'try { body = { text: JSON.stringify(body.value) ?? "" } } catch (error) { throw bytesAreLost(error) }',
    ],
    says: /accepted a value|not with body_consumed/,
  },
  {
    name: 'the second secret of a rotation is ignored',
    target: 'payments',
    fault: ['index < keys.length', 'index < 1'],
    says: /refused a genuine delivery|refused with invalid_signature/,
  },
  {
    name: 'fields may have any form',
    target: 'payments',
    fault: ['if (wrong !== void 0) throw', 'if (false) throw'],
    says: /accepted what is no event/,
  },
  {
    name: 'every event without an id has the same one',
    target: 'payments',
    fault: ['hash("sha256", received)', 'hash("sha256", "")'],
    says: /another id or secret/,
  },
  {
    name: 'a refusal that cannot be explained ends the process',
    target: 'payments',
    fault: ['const cause = (bare) => {', 'const cause = (bare) => { null.bare;'],
    says: /TypeError/,
  },
  {
    name: 'a refusal is never answered',
    target: 'payments',
    fault: [
      'resolve(isRefusal(result) ? refuse(',
      'if (!isRefusal(result)) resolve(isRefusal(result) ? refuse(',
    ],
    says: /ended before its time/,
  },
  {
    name: 'the signature of an upload to the Payments receiver is never right',
    target: 'body',
    fault: ['verifier.verify(received, signature)', '-1'],
    says: /refused a genuine delivery|refused with invalid_signature/,
  },
  {
    name: 'an upload that breaks off is never answered before its time limit, which is gone',
    target: 'body',
    fault: ['setTimeout(expire, timeoutMs,', 'setTimeout(expire, 1e9,'],
    says: /no answer within/,
  },
]

describe('the fuzzer', () => {
  it.each(faults)(
    'finds that $name, and finds it again with the input that it printed',
    {
      timeout: 300_000,
    },
    async ({ target, fault, says }) => {
      const run = { target, seconds: 120, seed: 1, fault, folder }
      const found = await runTarget(run)
      expect(found.broken?.error).toMatch(says)
      const input = found.broken?.input ?? Buffer.alloc(0)
      const again = await runTarget({ ...run, input })
      expect(again.broken?.error).toMatch(says)
      process.stdout.write(`found after ${found.seconds.toFixed(1)} s\n`)
      expect(
        (await runTarget({ target, seconds: 1, seed: 1, input, folder })).broken,
      ).toBeUndefined()
    },
  )

  it.each([
    'listeners get what was parsed, not what was signed',
    'a signature may be in upper case',
  ])(
    'tries the same inputs with the same seed, until it finds that %s',
    { timeout: 300_000 },
    async (name) => {
      const { target, fault } = faults.find((row) => row.name === name) as Planted // a row of the table
      const found: (Buffer | undefined)[] = []
      for (const seed of [1, 1, 2]) {
        const { broken } = await runTarget({ target, seconds: 120, seed, fault, folder })
        found.push(broken?.input)
      }
      const [first, again, other] = found
      expect(first).toBeDefined()
      expect(again).toEqual(first)
      expect(other).not.toEqual(first)
    },
  )

  it('runs every target for the time it is given, and prints what each did', async () => {
    const started = Date.now()
    const { stdout } = await execute(process.execPath, [
      ...['--import', import.meta.resolve('tsx'), join(import.meta.dirname, '../src/main.ts')],
      ...['--seconds', '2', '--seed', '7'],
    ])
    expect(Date.now() - started).toBeGreaterThanOrEqual(2000)
    expect(stdout).toContain('seed 7\n')
    for (const target of targetNames) {
      expect(stdout).toMatch(
        new RegExp(`^${target}: \\d+ inputs in .* places of the core reached .*"401":\\d+`, 'm'),
      )
      expect(stdout).toContain(`${target}: every promise was kept\n`)
    }
  })
})
