import { describe, expect, it } from 'vitest'
import { ask } from '../../src/testing.js'

/** What Koywe concludes from an answer. */
async function conclude(status: number, body: string): Promise<'allowed' | 'not allowed'> {
  const { koyweConcludes } = await ask(
    (_request, response) => response.writeHead(status).end(body),
    'ana@example.com',
  )
  return koyweConcludes ? 'allowed' : 'not allowed'
}

describe('what Koywe concludes', () => {
  it.each([
    [200, 'true'],
    [201, '1'],
    [200, '"false"'],
    [200, '{"allowed":false}'],
    [200, '[]'],
    [200, 'no'],
    [200, '<html>Log in</html>'],
  ])('is that the user is allowed after %i %s', async (status, body) => {
    expect(await conclude(status, body)).toBe('allowed')
  })

  it.each([
    [200, 'false'],
    [200, 'null'],
    [200, '0'],
    [200, '""'],
    [200, ''],
    [204, ''],
    [304, 'true'],
    [401, 'true'],
    [500, 'true'],
  ])('is that the user is not allowed after %i %s', async (status, body) => {
    expect(await conclude(status, body)).toBe('not allowed')
  })
})
