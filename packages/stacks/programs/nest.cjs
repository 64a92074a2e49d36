// Nest on either platform, without a compiler: decorators are just functions.
require('reflect-metadata')
const {
  Controller,
  Get,
  Module,
  Post,
  Req,
  RequestMethod,
  ValidationPipe,
} = require('@nestjs/common')
const { NestFactory } = require('@nestjs/core')
const { heard } = require('./handlers.cjs')

/** The handler of a route that the middleware answers first. */
const createPlaceholder = () => () => {
  throw new Error('The middleware has passed its request on.')
}

/** A controller of these routes: `POST /path` and what it does. */
function controllerOf(routes) {
  class Routes {}
  routes.forEach(([method, path, answer], index) => {
    const name = `route${index}`
    Routes.prototype[name] = answer
    const descriptor = Object.getOwnPropertyDescriptor(Routes.prototype, name)
    Req()(Routes.prototype, name, 0)
    method(path)(Routes.prototype, name, descriptor)
    Reflect.defineMetadata('__httpCode__', 200, Routes.prototype[name])
  })
  Controller()(Routes)
  return Routes
}

const route = { webhooks: '/hooks/koywe', auth: '/koywe/ask' }
const all = () =>
  Number(require('@nestjs/core/package.json').version.split('.')[0]) < 11 ? '*' : '{*splat}'

const variants = {
  'app.use': {
    place: 'bare',
    mount: (app, handler) => app.use(handler),
  },
  'forRoutes path': {
    place: 'route',
    apply: (consumer, handler, what) =>
      consumer.apply(handler).forRoutes({ path: route[what], method: RequestMethod.POST }),
  },
  'forRoutes all': {
    place: 'bare',
    apply: (consumer, handler) => consumer.apply(handler).forRoutes(all()),
  },
  'forRoutes star': {
    place: 'bare',
    apply: (consumer, handler) => consumer.apply(handler).forRoutes('*'),
  },
  'forRoutes controller': {
    place: 'route',
    apply: (consumer, handler, what) => consumer.apply(handler).forRoutes(controllers[what]),
  },
}

const controllers = {
  webhooks: controllerOf([[Post, route.webhooks, createPlaceholder()]]),
  auth: controllerOf([[Post, route.auth, createPlaceholder()]]),
}
const others = controllerOf([
  [Get, '/heard', () => heard],
  [Post, '/other', ({ body }) => ({ echo: JSON.stringify(body), traced: globalThis.isTraced?.() })],
])

/** The application's listener. The variant names the platform and the settings too: `app.use with prefix, pipes, rawBody on fastify`. */
module.exports = async ({ express: handlers }, variant) => {
  const [mounting, platform = 'express'] = variant.split(' on ')
  const [name, settings] = mounting.split(' with ')
  const { place, mount, apply } = variants[name]
  const mounted = { webhooks: handlers.webhooks(place), auth: handlers.auth(place) }
  class AppModule {
    configure(consumer) {
      for (const what of ['webhooks', 'auth']) apply?.(consumer, mounted[what], what)
    }
  }
  const withRoutes = name === 'forRoutes controller' ? Object.values(controllers) : []
  Module({ controllers: [...withRoutes, others] })(AppModule)

  const adapter =
    platform === 'fastify' ? [new (require('@nestjs/platform-fastify').FastifyAdapter)()] : []
  const app = await NestFactory.create(AppModule, ...adapter, {
    logger: ['error', 'warn'],
    rawBody: settings !== undefined,
  })
  if (settings) {
    app.setGlobalPrefix('api')
    app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }))
  }
  for (const what of ['webhooks', 'auth']) mount?.(app, mounted[what])
  await app.init()
  const instance = app.getHttpAdapter().getInstance()
  if (platform === 'fastify') await instance.ready()
  return {
    app: instance,
    listener: platform === 'fastify' ? (req, res) => instance.routing(req, res) : instance,
    places: [place],
    // Nest puts it before the paths of its routes, and of middleware that is applied to them.
    prefix: settings ? '/api' : '',
  }
}
