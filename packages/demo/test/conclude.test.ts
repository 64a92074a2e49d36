import { describe, expect, it } from 'vitest'
import { conclude } from '../src/conclude.js'

describe('what Koywe concludes', () => {
  it.each([
    [200, 'true'],
    [201, '1'],
    [200, '"false"'],
    [200, '{"allowed":false}'],
    [200, '[]'],
    [200, 'no'],
    [200, '<html>Log in</html>'],
  ])('is that the user is allowed after %i %s', (status, body) => {
    expect(conclude(status, body)).toBe('allowed')
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
  ])('is that the user is not allowed after %i %s', (status, body) => {
    expect(conclude(status, body)).toBe('not allowed')
  })
})
