import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkLogger, chooseLogger } from '../src/logger.js'
import { createMemoryLog } from './requests.js'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('chooseLogger', () => {
  it('prefers the option, then the log of the request, then console', () => {
    const [option, request] = [createMemoryLog(), createMemoryLog()]
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    chooseLogger(option, request).warn('to the option')
    chooseLogger(undefined, request).warn('to the request')
    chooseLogger(undefined, undefined).warn('to console')
    expect(option.lines).toEqual(['to the option'])
    expect(request.lines).toEqual(['to the request'])
    expect(warn.mock.calls).toEqual([['to console']])
  })

  it('writes nothing at all for false', () => {
    const request = createMemoryLog()
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const logger = chooseLogger(false, request)
    logger.warn('x')
    logger.error(new Error('x'), 'x')
    expect(request.lines).toEqual([])
    expect(warn).not.toHaveBeenCalled()
    expect(error).not.toHaveBeenCalled()
  })

  it('calls the methods on their object, and gives the error before the sentence as pino wants it', () => {
    class Log {
      readonly written: unknown[] = []
      warn(...all: unknown[]) {
        this.written.push(all)
      }
      error(...all: unknown[]) {
        this.written.push(all)
      }
    }
    const log = new Log()
    const cause = new Error('why')
    const { warn, error } = chooseLogger(log, undefined)
    warn('a sentence')
    error(cause, 'another')
    expect(log.written).toEqual([['a sentence'], [cause, 'another']])
  })

  it('drops the errors of a log that throws', () => {
    const broken = () => {
      throw new Error('disk full')
    }
    const { warn, error } = chooseLogger({ warn: broken, error: broken }, undefined)
    expect(() => warn('x')).not.toThrow()
    expect(() => error(new Error('x'), 'x')).not.toThrow()
  })

  it('drops the rejections of a log that is asynchronous', async () => {
    const rejections: unknown[] = []
    const note = (reason: unknown) => rejections.push(reason)
    process.on('unhandledRejection', note)
    const broken = async () => {
      throw new Error('disk full')
    }
    chooseLogger({ warn: broken, error: broken }, undefined).warn('x')
    await new Promise((resolve) => setTimeout(resolve, 20))
    process.off('unhandledRejection', note)
    expect(rejections).toEqual([])
  })
})

describe('checkLogger', () => {
  it('takes undefined, false, and what has the two methods', () => {
    for (const logger of [undefined, false, console, createMemoryLog()]) checkLogger(logger)
  })

  it('throws a TypeError for anything else', () => {
    for (const logger of [true, null, {}, 'console', () => {}, { warn() {} }, { error() {} }]) {
      expect(() => checkLogger(logger)).toThrow(TypeError)
    }
  })
})
