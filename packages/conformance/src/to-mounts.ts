import type {
  KoyweAuthCallbackOptions,
  KoyweListeners,
  KoywePaymentsListeners,
  KoyweWebhooksOptions,
} from '@x/koywe-core'
import type { RunningServer } from '@x/koywe-testkit/listen'
import type { Application } from './application.js'
import type { Kept, Mount, Refusal } from './mount.js'

/** One way to put a handler into an application of a framework. `Build` is what an adapter's `start` calls. */
export interface Recipe<Build> {
  readonly name: string
  /** Where it answers, when that is not its own default path. */
  readonly path?: string
  /** What stands before its own default path. */
  readonly prefix?: string
  /** What the parser in front refuses; empty without one. */
  readonly parser?: readonly Refusal[]
  /** What the parser in front keeps of a body. Default: bytes. */
  readonly keeps?: Kept
  /** The handler's own `path` option. */
  readonly option?: string
  /** The handler sees every request, and it alone decides by the letters of the path. */
  readonly exact?: boolean
  /** The one framework version that can do this; every version when absent. */
  readonly only?: string
  readonly build: Build
}

/**
 * What a server under test mounts: one of the adapter's functions, with these arguments. `payments` has `koyweWebhooks` beside it, with
 * the same arguments and on its default path.
 */
export type Wanted =
  | {
      readonly kind: 'webhooks' | 'payments'
      readonly secrets: readonly string[]
      readonly options: KoyweWebhooksOptions
    }
  | { readonly kind: 'auth callback'; readonly options: KoyweAuthCallbackOptions }

/** Starts an application as a recipe says. With `application`, what nobody else answers is for its `receive`. */
export type Start<Framework, OneRecipe> = (
  framework: Framework,
  recipe: OneRecipe,
  wanted: Wanted,
  application: Application | undefined,
) => Promise<
  RunningServer & {
    readonly webhooks: KoyweListeners | undefined
    readonly payments?: KoywePaymentsListeners | undefined
  }
>

/** The mounts of an adapter: every recipe on every framework version, by its name, that it is made for. */
export function toMounts<Framework, OneRecipe extends Recipe<unknown>>(
  frameworks: readonly (readonly [string, Framework])[],
  recipes: readonly OneRecipe[],
  start: Start<Framework, OneRecipe>,
): Mount[] {
  return frameworks.flatMap(([framework, version]) =>
    recipes
      .filter(({ only }) => only === undefined || only === framework)
      .map((recipe): Mount => {
        const { path, prefix = '', parser, keeps = 'bytes', exact = false } = recipe
        const name = `${framework}, ${recipe.name}`
        return {
          name,
          framework,
          parser,
          keeps,
          exact,
          pathOf: (defaultPath) => path ?? prefix + defaultPath,
          async startWebhooks(secrets, options, application) {
            const wanted: Wanted = { kind: 'webhooks', secrets, options }
            const {
              webhooks,
              payments: _,
              ...server
            } = await start(version, recipe, wanted, application)
            if (webhooks === undefined) throw new Error(`${name}: the recipe has mounted nothing`)
            return { ...server, webhooks }
          },
          async startPayments(secrets, options, application) {
            const wanted: Wanted = { kind: 'payments', secrets, options }
            const server = await start(version, recipe, wanted, application)
            const { webhooks, payments } = server
            if (webhooks && payments) return { ...server, webhooks, payments }
            throw new Error(`${name}: the recipe has not mounted both`)
          },
          startAuthCallback: (options) =>
            start(version, recipe, { kind: 'auth callback', options }, undefined),
        }
      }),
  )
}
