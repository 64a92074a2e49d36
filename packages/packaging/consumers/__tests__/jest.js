const { readdirSync } = require('node:fs')
const { join } = require('node:path')

const folder = join(__dirname, '..')
const { exchange } = require('../exchange.cjs')

test.each(readdirSync(folder).filter((name) => /^(?!exchange).*\.cjs$/.test(name)))(
  '%s answers a signed webhook',
  async (name) => {
    expect(await exchange(require(join(folder, name)).start)).toEqual({
      status: 200,
      body: '{"received":true}',
      heard: true,
    })
  },
)
