import { pathToFileURL } from 'node:url'
import { usageError } from '../../contract/exit.js'

/** The environment in which an application reports to the inspector. @throws {CliError} for one in production. */
export function inspectedEnvironment(
  env: NodeJS.ProcessEnv,
  preload: string,
  address: string,
): NodeJS.ProcessEnv {
  if (env.NODE_ENV === 'production') {
    throw usageError(
      'NODE_ENV is production, and an application in production is not inspected',
      'Unset it, or set it to development.',
    )
  }
  // A URL has no spaces, at which the options would be split.
  const option = `--import=${pathToFileURL(preload).href}`
  const { NODE_OPTIONS: before } = env
  return { ...env, NODE_OPTIONS: before ? `${before} ${option}` : option, KOYWE_INSPECT: address }
}
