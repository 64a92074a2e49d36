/** The option of an adapter that says where it answers. */
export interface MountOptions {
  /**
   * The exact path to answer at, relative to where the handler is mounted. `'*'` answers every POST that arrives, for a
   * handler that you call from a route of your own. Default: the route or path it is mounted on, else `/webhooks/koywe`
   * (webhooks) or `/koywe/auth` (authentication callback).
   */
  readonly path?: string | undefined
}

/**
 * Decides whether a request is for us. `path` has no query and is relative to the mount; `mounted` is asked last, and
 * tells whether the framework has already matched this very handler's route or mount path.
 */
export type Matcher = (method: string, path: string, mounted: () => boolean) => boolean

/**
 * Makes the rule that is the same in every framework whose middleware sees all requests.
 *
 * @throws {TypeError} when the `path` option is neither a path nor `'*'`.
 */
export function createMatcher(option: string | undefined, defaultPath: string): Matcher {
  checkPath(option)
  return (method, path, mounted) => {
    if (method !== 'POST') return false
    if (option !== undefined) return option === '*' || path === option
    return path === defaultPath || mounted()
  }
}

/** @throws {TypeError} when the `path` option is neither a path nor `'*'`. */
export function checkPath(path: unknown): void {
  if (path === undefined || path === '*') return
  if (typeof path === 'string' && path.startsWith('/')) return
  throw new TypeError("`path` must begin with a slash, as in '/webhooks/koywe', or be '*'.")
}
