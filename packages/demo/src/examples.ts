/** An example server that the demo can start where it stands in this repository. */
export interface Example {
  /** What it is called on the command line. */
  readonly name: string
  /** Its folder in `examples/`. */
  readonly folder: string
  /** The command that must come first, where it is compiled. */
  readonly build?: readonly [command: string, ...args: string[]]
  /** The command that starts it there, without a `.env` file. */
  readonly start: readonly [command: string, ...args: string[]]
  /** The script of its package.json that starts it elsewhere, with one. */
  readonly script: string
}

/** Every example that the demo knows; the first is the one it plays when none is named. */
export const examples: readonly [Example, ...Example[]] = [
  typescript('express'),
  typescript('koa'),
  typescript('fastify'),
  typescript('lambda'),
  nest('nestjs', 'main-on-express', 'start'),
  nest('nestjs-fastify', 'main-on-fastify', 'start:fastify'),
]

function typescript(name: string): Example {
  return {
    name,
    folder: name,
    start: ['node', '--import', 'tsx', 'src/server.ts'],
    script: 'start',
  }
}

function nest(name: string, main: string, script: string): Example {
  const start = ['node', `dist/${main}.js`] as const
  return { name, folder: 'nestjs', build: ['pnpm', 'build'], start, script }
}
