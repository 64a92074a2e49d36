import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { AppModule } from './app.module'
import { mountKoywe } from './koywe/mount-on-fastify'

async function bootstrap(): Promise<void> {
  const { PORT = '3000', HOST = '127.0.0.1' } = process.env
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter())
  await mountKoywe(app)
  app.enableShutdownHooks() // on SIGTERM, wait for running listeners
  process.once('SIGTERM', () => {
    app.getHttpServer().keepAliveTimeout = 1 // or the shutdown would wait for keep-alive connections
    setTimeout(() => app.getHttpServer().closeAllConnections(), 6_000).unref() // and for one that sends nothing
  })
  await app.listen(PORT, HOST)
  console.log(`listening on ${await app.getUrl()}`)
}

void bootstrap()
