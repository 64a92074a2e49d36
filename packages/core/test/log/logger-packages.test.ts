import 'reflect-metadata'
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { ConsoleLogger, Logger as NestLogger } from '@nestjs/common'
import bunyan from 'bunyan'
import log4js from 'log4js'
import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import winston from 'winston'
import { checkLogger, createLog, type Logger } from '../../src/log/logger.js'

/** A stream that keeps what a log writes. */
class Output extends Writable {
  text = ''
  override _write(chunk: unknown, _encoding: string, done: () => void) {
    this.text += String(chunk)
    done()
  }
}

function winstonWith(format: winston.Logform.Format) {
  return (stream: Output): Logger =>
    winston.createLogger({ transports: [new winston.transports.Stream({ stream, format })] })
}

function log4jsWith(layout: 'basicLayout' | 'messagePassThroughLayout') {
  return (stream: Output): Logger => {
    const appender = {
      configure: (_config: unknown, layouts?: log4js.LayoutsParam) => {
        const write = layouts?.[layout] ?? String
        return (event: log4js.LoggingEvent) => stream.write(`${write(event)}\n`)
      },
    }
    log4js.configure({
      appenders: { memory: { type: appender } },
      categories: { default: { appenders: ['memory'], level: 'warn' } },
    })
    return log4js.getLogger()
  }
}

/** Nest writes to the streams of the process. */
function nestWith(create: () => Logger) {
  return (stream: Output): Logger => {
    for (const real of [process.stdout, process.stderr]) {
      vi.spyOn(real, 'write').mockImplementation((chunk) => stream.write(chunk))
    }
    return create()
  }
}

class ExtendedNestLogger extends ConsoleLogger {
  override error(message: unknown, ...rest: unknown[]) {
    super.error(message, ...rest)
  }
}

const { combine, json, simple, timestamp, errors, splat, printf, colorize } = winston.format
const logs: Record<string, (stream: Output) => Logger> = {
  console: (stream) => new Console({ stdout: stream, stderr: stream }),
  pino: (stream) => pino(stream),
  "pino's child, as Fastify's request.log": (stream) => pino(stream).child({ reqId: 'req-1' }),
  bunyan: (stream) => bunyan.createLogger({ name: 'shop', streams: [{ stream }] }),
  "bunyan's child": (stream) =>
    bunyan.createLogger({ name: 'shop', streams: [{ stream }] }).child({ part: 'koywe' }),
  'winston, json': winstonWith(json()),
  'winston, simple': winstonWith(simple()),
  'winston, message only': winstonWith(printf(({ level, message }) => `${level}: ${message}`)),
  'winston, everything on': winstonWith(
    combine(errors({ stack: true }), splat(), timestamp(), colorize(), simple()),
  ),
  "winston's child": (stream) =>
    winston
      .createLogger({ transports: [new winston.transports.Stream({ stream })] })
      .child({ part: 'koywe' }),
  'log4js, basic': log4jsWith('basicLayout'),
  'log4js, message only': log4jsWith('messagePassThroughLayout'),
  "Nest's Logger": nestWith(() => new NestLogger('Koywe')),
  "Nest's Logger without a context": nestWith(() => new NestLogger()),
  "Nest's ConsoleLogger, json": nestWith(() => new ConsoleLogger({ json: true })),
  "Nest's ConsoleLogger, extended": nestWith(() => new ExtendedNestLogger()),
}

function failure(): Error {
  return new Error('the bank is closed', { cause: new Error('it is Sunday') })
}

/** The text as a person reads it: without colours, and with JSON's line breaks as line breaks. */
function readable(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\\n', '\n')
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(Object.entries(logs))('the `logger` option takes %s', (_, create) => {
  it('writes a failure with its sentence, the message of the error and its stack', () => {
    const output = new Output()
    const logger = create(output)
    checkLogger(logger)
    createLog(logger).error(undefined, failure(), 'koywe handler_failed: 100%s of it failed.')
    vi.restoreAllMocks()
    const text = readable(output.text)
    expect(text).toContain('koywe handler_failed: 100%s of it failed.')
    expect(text).toContain('Error: the bank is closed')
    expect(text).toMatch(/ {4}at failure \(.*logger-packages\.test\.ts:\d+:\d+\)/)
    expect(text).not.toContain('undefined')
  })

  it('writes the sentence even when what was thrown is not an Error', () => {
    const output = new Output()
    const logger = create(output)
    createLog(logger).error(undefined, 'no money', 'koywe handler_failed: it failed.')
    vi.restoreAllMocks()
    expect(output.text).toContain('koywe handler_failed: it failed.')
    expect(output.text).toContain('no money')
  })

  it('writes a refusal with its sentence', () => {
    const output = new Output()
    const logger = create(output)
    createLog(logger).refused(undefined, 'invalid_json', false, () => '100%s of it is no JSON.')
    vi.restoreAllMocks()
    expect(output.text).toContain('koywe invalid_json: 100%s of it is no JSON.')
  })
})
