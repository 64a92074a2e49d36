// Starts one stack: node serve.cjs <program> <variant> <host> <koywe or control>. Reports its address over IPC, or
// answers the events that arrive there.
const { handlers } = require('./handlers.cjs')
const { functions, hosts } = require('./hosts.cjs')

const [program, variant, host, side] = process.argv.slice(2)

async function start() {
  const built = await require(`./${program}.cjs`)(handlers[side], variant)
  const { prefix = '' } = built
  const places = built.places ?? ['bare', 'route', 'mounted']
  if (functions[host]) {
    const handle = await functions[host](built)
    process.on('message', ({ id, event }) => {
      const context = {
        awsRequestId: String(id),
        functionName: 'koywe',
        getRemainingTimeInMillis: () => 10_000,
      }
      Promise.resolve(handle(event, context)).then(
        (response) => process.send({ id, response }),
        (error) => process.send({ id, failed: String(error?.stack ?? error) }),
      )
    })
    return process.send({ ready: true, places })
  }
  await built.ready?.()
  const server = await hosts[host](built)
  server.listen(0, '127.0.0.1', () => {
    process.send({ ready: true, places, port: server.address().port, prefix })
  })
}

process.on('disconnect', () => process.exit())
start().catch((error) => {
  console.error(error)
  process.exit(1)
})
