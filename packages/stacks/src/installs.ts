/** Transitive dependencies are resolved as of this day, so that every run installs the same versions. */
export const asOf = '2026-11-24'

/** Sets of packages that are installed together, each in its own folder. All of them run on Node 20.19. */
export const installs = {
  express4: {
    express: '4.22.3',
    'express-async-errors': '3.1.1',
    ...forExpress(),
  },
  express5: { express: '5.3.0', ...forExpress() },
  'koa2-router12': forKoa('2.16.4', '12.0.2', '12.0.1'),
  'koa2-router15': forKoa('2.16.4', '15.7.0', '14.0.0'),
  'koa3-router12': forKoa('3.3.0', '12.0.2', '12.0.1'),
  'koa3-router13': forKoa('3.3.0', '13.1.1', '13.1.1'),
  'koa3-router14': forKoa('3.3.0', '14.0.0', '14.0.0'),
  'koa3-router15': forKoa('3.3.0', '15.7.0', '14.0.0'),
  fastify4: {
    fastify: '4.29.1',
    '@fastify/middie': '8.3.3',
    '@fastify/express': '3.0.0',
    '@fastify/compress': '7.0.3',
    '@fastify/cookie': '9.4.0',
    '@fastify/helmet': '11.1.1',
    '@fastify/rate-limit': '9.1.0',
    '@fastify/session': '10.8.0',
    ...forHosts(),
  },
  fastify5: {
    fastify: '5.12.8',
    '@fastify/middie': '9.3.6',
    '@fastify/express': '4.0.7',
    '@fastify/compress': '9.2.0',
    '@fastify/cookie': '11.1.5',
    '@fastify/helmet': '13.2.0',
    '@fastify/http-proxy': '11.6.3',
    '@fastify/rate-limit': '11.2.0',
    '@fastify/session': '11.1.3',
    ...forHosts(),
  },
  nest10: forNest('10.4.22'),
  nest11: forNest('11.2.10', '11.2.8'),
  nest12: forNest('12.5.1', '12.5.0'),
  opentelemetry: {
    '@fastify/otel': '0.21.2',
    '@opentelemetry/api': '1.10.0',
    '@opentelemetry/instrumentation': '0.223.0',
    '@opentelemetry/instrumentation-express': '0.71.1',
    '@opentelemetry/instrumentation-http': '0.223.0',
    '@opentelemetry/instrumentation-koa': '0.71.0',
    '@opentelemetry/sdk-trace-node': '2.12.0',
  },
  sentry: { '@sentry/node': '10.78.0' },
  'dd-trace': { 'dd-trace': '5.132.0' },
  newrelic: { newrelic: '13.20.0' },
} as const satisfies Readonly<Record<string, Packages>>

/** Versions by package name. */
export type Packages = Readonly<Record<string, string>>

/** The name of a set. */
export type Install = keyof typeof installs

/** Serverless adapters that accept an application of any framework, and packages that call one from Express. */
function forHosts(): Packages {
  return {
    'serverless-http-3': 'npm:serverless-http@3.2.0',
    'serverless-http-4': 'npm:serverless-http@4.0.0',
    // Version 5 asks for Node 24.
    '@codegenie/serverless-express': '4.17.1',
    '@fastify/aws-lambda': '6.4.1',
    '@google-cloud/functions-framework': '5.0.5',
    '@vendia/serverless-express': '4.12.6',
    'body-parser': '2.4.0',
    'http-proxy': '1.18.1',
    'http-proxy-middleware': '3.0.11',
  }
}

function forExpress(): Packages {
  return {
    compression: '1.8.2',
    'connect-timeout': '1.9.1',
    'express-async-handler': '1.2.0',
    'express-promise-router': '4.1.1',
    'express-rate-limit': '8.7.5',
    'express-session': '1.19.0',
    helmet: '8.3.0',
    ...forHosts(),
  }
}

function forKoa(koa: string, router: string, otherRouter: string): Packages {
  return {
    koa,
    '@koa/bodyparser': '6.1.0',
    '@koa/router': router,
    'koa-body-6': 'npm:koa-body@6.0.1',
    'koa-body-8': 'npm:koa-body@8.0.1',
    'koa-compose': '4.2.0',
    'koa-compress': '5.2.2',
    'koa-connect': '2.1.1',
    'koa-helmet': '9.0.0',
    'koa-mount': '4.2.0',
    'koa-ratelimit': '6.0.0',
    'koa-router': otherRouter,
    'koa-session': '7.0.2',
    helmet: '8.3.0',
    ...forHosts(),
  }
}

function forNest(version: string, platformFastify = version): Packages {
  return {
    '@nestjs/common': version,
    '@nestjs/core': version,
    '@nestjs/platform-express': version,
    '@nestjs/platform-fastify': platformFastify,
    'class-transformer': '0.5.1',
    'class-validator': '0.15.1',
    'reflect-metadata': '0.2.2',
    rxjs: '7.8.2',
  }
}
