import { type Command, InvalidArgumentError, Option } from 'commander'
import { ownOption } from '../contract/guard.js'
import { wholeNumber } from '../contract/numbers.js'
import { secretOption } from '../contract/secret.js'
import { defaultUrl, jsonOption, timeoutOption } from '../contract/target-options.js'
import type { StormFlags } from '../storm/storm.js'

/** Adds `koywe storm`. */
export function register(program: Command): void {
  program
    .command('storm')
    .summary('sends many orders at a chosen rate, and judges every answer')
    .description(
      'Sends many orders at a chosen rate, with copies, disorder and forgeries, and judges every answer.',
    )
    .argument('[url]', 'where the receiver answers', defaultUrl)
    .addOption(number('--rate <n>', 'deliveries per second', rates, 50))
    .addOption(
      new Option('--orders <n>', 'how many orders')
        .argParser(wholeNumber)
        .default(100)
        .conflicts('duration'),
    )
    .addOption(number('--duration <s>', 'seconds, instead of --orders', spans))
    .addOption(number('--copies <share>', 'events delivered more than once', shares, 0.2))
    .addOption(number('--disorder <share>', 'events that overtake the one before', shares, 0.1))
    .addOption(number('--forged <share>', 'forgeries per event', shares, 0.05))
    .addOption(number('--seed <n>', 'repeats the run with this seed', seeds))
    .option(...secretOption)
    .addOption(timeoutOption())
    .option(...jsonOption)
    .option(...ownOption)
    .addHelpText(
      'after',
      '\nLatency counts from the moment a delivery is due, also when the server is behind.\nExit code: 0 every answer was right, 1 one was wrong, 3 nothing answers, 130 interrupted.',
    )
    .action(async (url: string, flags: StormFlags) => {
      const { storm } = await import('../storm/storm.js')
      await storm(url, flags)
    })
}

/** Which numbers an option takes. */
interface Range {
  readonly rule: string
  fits(value: number): boolean
}

const rates: Range = {
  rule: 'It is more than 0 and at most 100000.',
  fits: (value) => value > 0 && value <= 100_000,
}
const spans: Range = {
  rule: 'It is a number of seconds, more than 0.',
  fits: (value) => value > 0,
}
const shares: Range = {
  rule: 'It is a share between 0 and 1.',
  fits: (value) => value >= 0 && value <= 1,
}
const seeds: Range = {
  rule: 'It is a whole number below 4294967296.',
  fits: (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32,
}

function number(flags: string, description: string, range: Range, byDefault?: number): Option {
  return new Option(flags, description).default(byDefault).argParser((text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (Number.isFinite(value) && range.fits(value)) return value
    throw new InvalidArgumentError(range.rule)
  })
}
