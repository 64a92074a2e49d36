// One application on each framework, as an ES module.
import { createRequire } from 'node:module'

const [framework = 'express'] = process.argv.slice(2)
const secret = process.env.KOYWE_WEBHOOK_SECRET ?? ''
const ready = (port) => console.log(`app at http://127.0.0.1:${port}`)

if (framework === 'express') {
  const [{ default: express }, { koyweWebhooks }] = await Promise.all([
    import('express'),
    import('@x/koywe-express'),
  ])
  const server = express()
    .use(koyweWebhooks(secret))
    .listen(0, () => ready(server.address().port))
} else if (framework === 'koa') {
  const [{ default: Koa }, { koyweWebhooks }] = await Promise.all([
    import('koa'),
    import('@x/koywe-koa'),
  ])
  const server = new Koa().use(koyweWebhooks(secret)).listen(0, () => ready(server.address().port))
} else if (framework === 'fastify') {
  const [{ fastify }, { koyweWebhooks }] = await Promise.all([
    import('fastify'),
    import('@x/koywe-fastify'),
  ])
  const app = fastify()
  await app.register(koyweWebhooks, { secret })
  await app.listen({ port: 0 })
  ready(app.server.address().port)
} else {
  const nest = createRequire(
    new URL('../../../../../examples/nestjs/package.json', import.meta.url),
  )
  nest('reflect-metadata')
  const { NestFactory } = nest('@nestjs/core')
  const { Module } = nest('@nestjs/common')
  const { koyweWebhooks } = await import('@x/koywe-express')
  class AppModule {}
  Module({})(AppModule)
  const app = await NestFactory.create(AppModule, { logger: false })
  app.use(koyweWebhooks(secret))
  await app.listen(0)
  ready(app.getHttpServer().address().port)
}
