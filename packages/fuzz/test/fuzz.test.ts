import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Fault } from '../src/bundle.js'
import { runTarget } from '../src/run-target.js'

const folder = mkdtempSync(join(tmpdir(), 'koywe-fuzz-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const faults: readonly {
  readonly name: string
  readonly target: 'handle' | 'body'
  readonly fault: Fault
  readonly says: string
}[] = [
  {
    name: 'any signature of the right length is accepted',
    target: 'handle',
    fault: ['if (timingSafeEqual(made, givenSignature)) return index', 'return index'],
    says: 'accepted without a valid signature',
  },
  {
    name: 'bodies are parsed before their depth is bounded',
    target: 'handle',
    fault: ['if (nestsTooDeep(text)) throw', 'if (false) throw'],
    says: 'accepted beyond the bounds',
  },
  {
    name: 'listeners get what was parsed, not what was signed',
    target: 'handle',
    fault: ['hasNoNumber(signed.payload) ?', 'true ?'],
    says: 'the event is not what was signed',
  },
  {
    name: 'the second secret is ignored',
    target: 'handle',
    fault: ['index < keys.length', 'index < 1'],
    says: 'refused a genuine delivery',
  },
  {
    name: 'an upload that breaks off is never answered before its time limit, which is gone',
    target: 'body',
    fault: ['setTimeout(expire, timeoutMs,', 'setTimeout(expire, 1e9,'],
    says: 'no answer within',
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
      expect(found.broken?.error).toContain(says)
      const input = found.broken?.input ?? Buffer.alloc(0)
      const again = await runTarget({ ...run, input })
      expect(again.broken?.error).toContain(says)
      process.stdout.write(`found after ${found.seconds.toFixed(1)} s\n`)
      expect(
        (await runTarget({ target, seconds: 1, seed: 1, input, folder })).broken,
      ).toBeUndefined()
    },
  )
})
