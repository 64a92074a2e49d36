import type { Install } from './installs.js'
import type { EventForm } from './lambda-events.js'

/** An agent that is loaded before the application; also the install that brings it. */
export type Agent = 'opentelemetry' | 'sentry' | 'dd-trace' | 'newrelic'

/** One real application. */
export interface Stack {
  /** Its group in the matrix. */
  readonly family: string
  readonly name: string
  readonly install: Install
  readonly agent?: Agent
  /** A file of `programs/`, and which of its variants. */
  readonly program: 'express' | 'koa' | 'fastify' | 'nest'
  readonly variant: string
  /** The application's host: an entry of `programs/hosts.cjs`. */
  readonly host: string
  /** How it is invoked, if it is a function instead of a server. */
  readonly events?: readonly EventForm[]
  /** Whether it represents its family in the sample. */
  readonly sample: boolean
}

interface Options {
  readonly agent?: Agent
  readonly host?: string
  readonly events?: readonly EventForm[]
  readonly sample?: boolean
}

const programs = { exp: 'express', koa: 'koa', fas: 'fastify', nes: 'nest' } as const

function stack(family: string, install: Install, variant: string, options: Options = {}): Stack {
  const { host = 'http', sample = false, agent, events } = options
  const program = programs[install.slice(0, 3) as keyof typeof programs] // no agent is a stack
  const name = `${install} · ${variant}`.replace(/ · plain( with)?/, '$1')
  const base = { family, name, install, program, variant, host, sample }
  return { ...base, ...(agent && { agent }), ...(events && { events }) }
}

const express = ['express4', 'express5'] as const
const koas = [
  'koa2-router12',
  'koa2-router15',
  'koa3-router12',
  'koa3-router13',
  'koa3-router14',
  'koa3-router15',
] as const
const routers = ['plain', 'plain with koa-router'] as const
const nests = ['nest10', 'nest11', 'nest12'] as const
const agents = ['opentelemetry', 'sentry', 'dd-trace', 'newrelic'] as const
const fastifys = ['fastify4', 'fastify5'] as const
/** One install of each framework. */
const newest = ['express5', 'koa3-router15', 'fastify5'] as const

const traced = agents.flatMap((agent) => {
  const sample = agent !== 'sentry'
  return [
    ...express.map((install) => stack(agent, install, 'plain', { agent, sample })),
    ...koas.flatMap((install) =>
      routers.map((router) =>
        stack(agent, install, router, {
          agent,
          sample: sample && install === 'koa3-router15' && router === 'plain',
        }),
      ),
    ),
    ...fastifys.map((install) => stack(agent, install, 'plain', { agent })),
    ...['arrow', 'wildcard string'].map((variant) => stack(agent, 'express5', variant, { agent })),
    ...['app.use', 'forRoutes path', 'forRoutes all'].map((variant) =>
      stack(agent, 'nest11', variant, { agent }),
    ),
  ]
})

const onExpress = [
  ...['plain', 'json', 'express-promise-router', 'express-async-handler', 'bind', 'arrow'],
  ...['wildcard string', 'wildcard pattern', 'wildcard all', 'connect-timeout', 'helmet'],
  ...['compression', 'express-session', 'express-rate-limit', 'all of them', 'data listener'],
  'empty rawBody',
]
const sampledOnExpress = [
  ...['express-promise-router', 'connect-timeout', 'arrow', 'wildcard string', 'all of them'],
]
const onKoa = [
  ...['koa-compose', 'bind', 'arrow', 'koa-body 6', 'koa-body 8', '@koa/bodyparser', 'koa-connect'],
  ...['koa-helmet', 'koa-compress', 'koa-session', 'koa-ratelimit', 'all of them'],
  ...['data listener', 'empty rawBody'],
]
const onFastify = [
  ...['plain', '@fastify/middie', '@fastify/express', '@fastify/helmet', '@fastify/compress'],
  ...['@fastify/session', '@fastify/rate-limit', 'all of them', 'empty rawBody'],
]
const onNest = [
  ...['app.use', 'forRoutes path', 'forRoutes all', 'forRoutes star', 'forRoutes controller'],
  ...['app.use', 'forRoutes path', 'forRoutes controller'].map(
    (mount) => `${mount} with prefix, pipes, rawBody`,
  ),
]
const sampledOnNest = [
  'forRoutes path',
  'forRoutes all',
  'forRoutes path with prefix, pipes, rawBody',
]

const wrapped = [
  ...express.flatMap((install) =>
    onExpress.map((variant) =>
      stack('Express', install, variant, {
        sample: install === 'express5' && sampledOnExpress.includes(variant),
      }),
    ),
  ),
  stack('Express', 'express4', 'express-async-errors', { sample: true }),
  ...koas.flatMap((install) => routers.map((router) => stack('Koa', install, router))),
  ...(['koa2-router12', 'koa3-router15'] as const).flatMap((install) =>
    onKoa.map((variant) =>
      stack('Koa', install, variant, {
        sample:
          install === 'koa3-router15' &&
          ['koa-compose', 'koa-connect', 'all of them'].includes(variant),
      }),
    ),
  ),
  ...fastifys.flatMap((install) =>
    onFastify.map((variant) =>
      stack('Fastify', install, variant, {
        sample: install === 'fastify5' && ['@fastify/middie', 'all of them'].includes(variant),
      }),
    ),
  ),
  ...nests.flatMap((install) =>
    onNest.flatMap((variant) => [
      stack('Nest', install, variant, {
        sample: install === 'nest11' && sampledOnNest.includes(variant),
      }),
      stack('Nest', install, `${variant} on fastify`, {
        sample: install === 'nest11' && variant === 'forRoutes path',
      }),
    ]),
  ),
]

const everyEvent = [
  ...(['API Gateway v1', 'API Gateway v2', 'ALB'] as const).flatMap((source) => [
    { source, base64: false },
    { source, base64: true },
  ]),
]
const onLambda = [
  ...['serverless-http 3', 'serverless-http 4', '@vendia/serverless-express'],
  '@codegenie/serverless-express',
]
const sampledOnLambda = ['serverless-http 4', '@codegenie/serverless-express']

const functions = [
  ...onLambda.flatMap((host) =>
    (['express4', 'koa2-router12', 'fastify4', ...newest] as const).map((install) =>
      stack(host, install, 'plain', {
        host,
        events: everyEvent,
        sample: sampledOnLambda.includes(host) && newest.some((name) => name === install),
      }),
    ),
  ),
  stack('@fastify/aws-lambda', 'fastify5', 'plain', {
    host: '@fastify/aws-lambda',
    events: everyEvent,
  }),
]

const platforms = [
  ...['functions-framework', 'express.json', 'Next.js custom server', 'Next.js API route'],
  ...['Azure', 'Vercel'],
].flatMap((host) =>
  newest.map((install) =>
    stack(host, install, 'plain', { host, sample: host === 'functions-framework' }),
  ),
)

/** nginx itself would need an installation as root. A proxy that buffers does to a request what nginx does by default. */
const proxies = [
  ...['a proxy that pipes', 'a proxy that buffers', 'http-proxy', 'http-proxy-middleware'].flatMap(
    (host) =>
      newest.map((install) =>
        stack(`behind ${host}`, install, 'plain', {
          host,
          sample: host === 'a proxy that buffers',
        }),
      ),
  ),
  stack('behind @fastify/http-proxy', 'fastify5', 'plain', { host: '@fastify/http-proxy' }),
]

/** Express runs on HTTP/1 alone. */
const onHttp2 = (['koa2-router15', 'koa3-router15', ...fastifys] as const).map((install) =>
  stack('HTTP/2', install, install.startsWith('fastify') ? 'HTTP/2' : 'plain', {
    host: 'HTTP/2',
    sample: true,
  }),
)

/** Every stack, family by family. */
export const stacks: readonly Stack[] = [
  ...traced,
  ...wrapped,
  ...functions,
  ...platforms,
  ...proxies,
  ...onHttp2,
]
