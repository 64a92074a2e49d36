import { createMemoryLog } from '@x/koywe-testkit/memory-log'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkLogger, createLog } from '../../src/log/logger.js'

afterEach(() => {
  vi.restoreAllMocks()
})

const sentence = () => 'a sentence'

describe('createLog', () => {
  it('prefers the option, then the logger of the request, then console', () => {
    const [option, request] = [createMemoryLog(), createMemoryLog()]
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    createLog(option).warn(request, 'to the option')
    createLog(undefined).warn(request, 'to the request')
    createLog(undefined).warn(undefined, 'to console')
    expect(option.lines).toEqual(['to the option'])
    expect(request.lines).toEqual(['to the request'])
    expect(warn.mock.calls).toEqual([['to console']])
  })

  it('writes nothing for false, and does not even build the sentence of a refusal', () => {
    const request = createMemoryLog()
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const log = createLog(false)
    const made = vi.fn(sentence)
    log.refused(request, 'invalid_signature', false, made)
    log.refused(request, 'in_progress', true, made)
    log.warn(request, 'x')
    log.error(request, new Error('x'), 'x')
    expect(request.lines).toEqual([])
    expect(warn).not.toHaveBeenCalled()
    expect(error).not.toHaveBeenCalled()
    expect(made).not.toHaveBeenCalled()
  })

  it('calls the methods on their object, with the thrown error itself before the sentence', () => {
    class Log {
      readonly written: unknown[] = []
      warn(...all: unknown[]) {
        this.written.push(all)
      }
      error(...all: unknown[]) {
        this.written.push(all)
      }
    }
    const target = new Log()
    const cause = new Error('why')
    const log = createLog(target)
    log.warn(undefined, 'a sentence')
    log.error(undefined, cause, 'another')
    expect(target.written).toEqual([['a sentence'], [cause, 'another']])
    expect(target.written[1]).toHaveProperty('0', cause)
  })

  it('writes a refusal as its code and its sentence', () => {
    const target = createMemoryLog()
    createLog(target).refused(undefined, 'invalid_json', false, () => 'The body is not JSON.')
    expect(target.lines).toEqual(['koywe invalid_json: The body is not JSON.'])
  })

  it('writes one line per minute for a flood of forgeries, with the number suppressed, and builds no other sentence', () => {
    let time = 0
    const target = createMemoryLog()
    const log = createLog(target, () => time)
    const made = vi.fn(sentence)
    // 100 forgeries a second for 2 minutes, then one an hour later.
    for (; time < 120_000; time += 10) log.refused(undefined, 'invalid_signature', false, made)
    time += 3_600_000
    log.refused(undefined, 'invalid_signature', false, made)
    const counted = (count: number) =>
      `koywe invalid_signature: a sentence (Since the last such line, ${count} more requests were refused with this code; at most one line a minute is written.)`
    expect(target.lines).toEqual([
      'koywe invalid_signature: a sentence',
      counted(5999),
      counted(5999),
    ])
    expect(made).toHaveBeenCalledTimes(3)
  })

  it('says "1 more request" for one', () => {
    let time = 0
    const target = createMemoryLog()
    const log = createLog(target, () => time)
    for (time of [0, 1, 60_000]) log.refused(undefined, 'unauthorized', false, sentence)
    expect(target.lines).toHaveLength(2)
    expect(target.lines[1]).toContain('1 more request was refused with this code')
  })

  it('limits each code separately, across all requests, whichever logger they bring', () => {
    const [first, second] = [createMemoryLog(), createMemoryLog()]
    const log = createLog(undefined, () => 0)
    log.refused(first, 'invalid_signature', false, sentence)
    log.refused(second, 'invalid_signature', false, sentence)
    log.refused(second, 'missing_signature', false, sentence)
    expect(first.lines).toEqual(['koywe invalid_signature: a sentence'])
    expect(second.lines).toEqual(['koywe missing_signature: a sentence'])
  })

  it('never suppresses what may mean a lost event: refusals of verified senders, warnings, failures', () => {
    const target = createMemoryLog()
    const log = createLog(target, () => 0)
    for (let count = 0; count < 10; count++) {
      // Even while a forger uses the same code.
      log.refused(undefined, 'invalid_payload', false, () => 'a forgery')
      log.refused(undefined, 'invalid_payload', true, () => 'a signed event')
      log.refused(undefined, 'in_progress', true, sentence)
      log.warn(undefined, 'a warning')
      log.error(undefined, new Error('x'), 'a failure')
    }
    const count = (line: string) => target.lines.filter((written) => written === line).length
    expect(count('koywe invalid_payload: a forgery')).toBe(1)
    expect(count('koywe invalid_payload: a signed event')).toBe(10)
    expect(count('koywe in_progress: a sentence')).toBe(10)
    expect(count('a warning')).toBe(10)
    expect(count('a failure')).toBe(10)
  })

  it('writes every sentence on one line, with control characters as escapes', () => {
    const target = createMemoryLog()
    const log = createLog(target)
    const hostile = 'x\u001b[2J\r\n\u0085\u2028\u202e\ud800y'
    log.refused(undefined, 'unsupported_encoding', false, () => hostile)
    log.warn(undefined, hostile)
    log.error(undefined, new Error('x'), hostile)
    const clean = 'x\\u001b[2J\\u000d\\u000a\\u0085\\u2028\\u202e\\ud800y'
    expect(target.lines).toEqual([`koywe unsupported_encoding: ${clean}`, clean, clean])
  })

  it('passes an Error with a stack even for what is not a proper Error', () => {
    const target = createMemoryLog()
    const log = createLog(target)
    const { proxy, revoke } = Proxy.revocable(new Error('gone'), {})
    revoke()
    const throwing = Object.defineProperty(new Error('odd'), 'stack', {
      get() {
        throw new Error('no stack for you')
      },
    })
    const thrown = ['a string', undefined, { code: 'E1' }, proxy, throwing]
    for (const value of thrown) log.error(undefined, value, 'it failed')
    expect(target.lines).toHaveLength(thrown.length)
    for (const error of target.errors) expect(error).toHaveProperty('stack', expect.any(String))
    expect(String(target.errors[0])).toContain("'a string'")
    expect(String(target.errors[2])).toContain("code: 'E1'")
  })

  it('ignores errors of a logger that throws', () => {
    const broken = () => {
      throw new Error('disk full')
    }
    const log = createLog({ warn: broken, error: broken })
    log.refused(undefined, 'invalid_json', false, sentence)
    log.warn(undefined, 'x')
    log.error(undefined, new Error('x'), 'x')
  })

  it('ignores rejections of an asynchronous logger', async () => {
    const rejections: unknown[] = []
    const note = (reason: unknown) => rejections.push(reason)
    process.on('unhandledRejection', note)
    const broken = async () => {
      throw new Error('disk full')
    }
    const log = createLog({ warn: broken, error: broken })
    log.refused(undefined, 'invalid_json', false, sentence)
    log.warn(undefined, 'x')
    log.error(undefined, new Error('x'), 'x')
    await new Promise((resolve) => setTimeout(resolve, 20))
    process.off('unhandledRejection', note)
    expect(rejections).toEqual([])
  })
})

describe('checkLogger', () => {
  it('accepts undefined, false, and anything with the two methods', () => {
    for (const logger of [undefined, false, console, createMemoryLog()]) checkLogger(logger)
  })

  it('throws a TypeError for anything else', () => {
    for (const logger of [true, null, {}, 'console', () => {}, { warn() {} }, { error() {} }]) {
      expect(() => checkLogger(logger)).toThrow(TypeError)
    }
  })
})
