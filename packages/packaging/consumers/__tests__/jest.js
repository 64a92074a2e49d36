const { readdirSync } = require('node:fs')
const { join } = require('node:path')

const folder = join(__dirname, '..')
const { exchange } = require('../exchange.cjs')

test.each(readdirSync(folder).filter((name) => /^(?!exchange).*\.cjs$/.test(name)))(
  '%s answers a signed webhook of each API',
  async (name) => {
    const success = { status: 200, body: { received: true } }
    const exchanged = await exchange(require(join(folder, name)).start)
    expect(exchanged).toEqual({ answers: [success, success], heard: true })
  },
)
