/** An example server that the demo can start where it stands in this repository. */
export interface Example {
  /** Its folder in `examples/`, which is its name on the command line too. */
  readonly folder: string
  /** The command that must come first, where it is compiled. */
  readonly build?: readonly [command: string, ...args: string[]]
  /** The command that starts it there, without a `.env` file. */
  readonly start: readonly [command: string, ...args: string[]]
}

const server = ['node', '--import', 'tsx', 'src/server.ts'] as const

/** Every example that the demo knows; the first is the one it plays when none is named. */
export const examples: readonly [Example, ...Example[]] = [
  { folder: 'express', start: server },
  { folder: 'koa', start: server },
  { folder: 'fastify', start: server },
  { folder: 'nestjs', build: ['pnpm', 'build'], start: ['node', 'dist/main.js'] },
]
