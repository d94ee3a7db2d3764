import { performance } from 'node:perf_hooks'

import { describe, expect, it } from 'vitest'

import { addressesOf } from '#world/directory.ts'
import { ORGANIZATIONS, createWorld } from '#world/world.ts'

const EPOCH = Date.UTC(2026, 10, 20, 12)

describe.each(['small', 'medium', 'large'] as const)('the directory of a %s company', (size) => {
  const world = createWorld(7, EPOCH, size, 1)
  const { directory } = world
  const step = Math.max(1, Math.floor(directory.length / 500))

  it('finds everyone by id, by name and by address', () => {
    for (let index = 0; index < directory.length; index += step) {
      const { id, userPrincipalName } = directory.at(index)
      expect(directory.find(id.toUpperCase())?.index).toBe(index)
      expect(directory.find(userPrincipalName.toUpperCase())?.index).toBe(index)
      const addresses = addressesOf(directory.at(index), world.initialDomain)
      expect(addresses.map((address) => directory.findByAddress(address.toUpperCase())?.index)).toEqual(
        addresses.map(() => index),
      )
    }
  })

  it('finds nobody by what is nobody’s', () => {
    for (const text of [
      '',
      '@',
      'a@b',
      '00000000-0000-4000-8000-000000000000',
      'desk.99999999@x',
      'ada.abara0@x',
      '../../etc',
    ])
      expect(directory.find(text)).toBeUndefined()
  })

  it('gives everyone an id of their own', () => {
    const ids = new Set(Array.from(directory.all(), ({ id }) => id))
    expect(ids.size).toBe(directory.length)
    expect(directory.length).toBe(Object.values(ORGANIZATIONS[size]).reduce((sum, each) => sum + each, 0))
  })
})

it('finds a person among 54,500 in less than half a second, from nothing', () => {
  const { userPrincipalName } = createWorld(9, EPOCH, 'large').directory.at(40_000)
  const start = performance.now()
  expect(createWorld(9, EPOCH, 'large').directory.find(userPrincipalName)?.index).toBe(40_000)
  expect(performance.now() - start).toBeLessThan(500)
})
