// One application on each framework, in CommonJS.
const { createRequire } = require('node:module')

const [framework = 'express'] = process.argv.slice(2)
const secret = process.env.KOYWE_WEBHOOK_SECRET ?? ''
const ready = (port) => console.log(`app at http://127.0.0.1:${port}`)

async function start() {
  if (framework === 'express') {
    const { koyweWebhooks } = require('@x/koywe-express')
    const server = require('express')()
      .use(koyweWebhooks(secret))
      .listen(0, () => ready(server.address().port))
  } else if (framework === 'koa') {
    const Koa = require('koa')
    const { koyweWebhooks } = require('@x/koywe-koa')
    const server = new Koa()
      .use(koyweWebhooks(secret))
      .listen(0, () => ready(server.address().port))
  } else if (framework === 'fastify') {
    const { koyweWebhooks } = require('@x/koywe-fastify')
    const app = require('fastify')()
    await app.register(koyweWebhooks, { secret })
    await app.listen({ port: 0 })
    ready(app.server.address().port)
  } else {
    const nest = createRequire(require.resolve('../../../../../examples/nestjs/package.json'))
    nest('reflect-metadata')
    const { NestFactory } = nest('@nestjs/core')
    const { Module } = nest('@nestjs/common')
    const { koyweWebhooks } = require('@x/koywe-express')
    class AppModule {}
    Module({})(AppModule)
    const app = await NestFactory.create(AppModule, { logger: false })
    app.use(koyweWebhooks(secret))
    await app.listen(0)
    ready(app.getHttpServer().address().port)
  }
}

start()
