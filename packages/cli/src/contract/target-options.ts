import { type Command, Option } from 'commander'
import { type Api, apis } from './api.js'
import { guardedUrl, ownOption, withPath } from './guard.js'
import { secondsToMs } from './numbers.js'
import { secretOption } from './secret.js'

/** The server that `koywe` talks to unless told otherwise: where the examples listen. */
export const defaultOrigin = 'http://127.0.0.1:3000'

/** Where `koywe` sends to unless told otherwise: the default port and path of the examples. */
export const defaultUrl = `${defaultOrigin}${apis.ramp.path}`

/** What every command that delivers events is told. */
export interface TargetOptions {
  /** Default: {@link defaultUrl}, of the Payments API with its own path. */
  readonly url?: string
  readonly secret?: string
  readonly timeout: number
  readonly json?: boolean
  readonly iOwnThisServer?: boolean
}

/** Adds the options of {@link TargetOptions}. */
export function withTargetOptions(command: Command): Command {
  return command
    .option('--url <url>', `where your server answers (default: ${defaultUrl})`)
    .option(...secretOption)
    .addOption(timeoutOption())
    .option(...jsonOption)
    .option(...ownOption)
}

/** The option of every command. */
export const jsonOption = ['--json', 'prints JSON, one object a line'] as const

/** The time limit of an answer: told in seconds, read in milliseconds. */
export function timeoutOption(): Option {
  return new Option('--timeout <seconds>', 'how long an answer may take')
    .argParser(secondsToMs)
    .default(30_000, '30')
}

/** An option that may be given several times. */
export function repeatedOption(flags: string, description: string): Option {
  const collect = (text: string, before: readonly string[]) => [...before, text]
  return new Option(flags, description).argParser(collect).default([], 'none')
}

/** Where the deliveries go, which is no server of anybody else's. */
export function receiverUrl(
  { url = defaultOrigin, iOwnThisServer }: Pick<TargetOptions, 'url' | 'iOwnThisServer'>,
  api: Api = 'ramp',
): URL {
  return withPath(guardedUrl(url, iOwnThisServer), apis[api].path)
}
