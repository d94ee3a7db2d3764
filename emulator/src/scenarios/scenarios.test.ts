import { describe, expect, it } from 'vitest'

import { createWorld } from '#world/world.ts'
import { tell } from '#scenarios/scenario.ts'
import type { Organization } from '#world/world.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { SCENARIOS } from './index.ts'

const EPOCH = Date.parse('2026-11-20T14:00:00Z')
const HOUR = 3_600_000

/** Several seeds, all sizes, and a tenant that is not the first. */
const WORLDS: readonly (readonly [seed: number, organization: Organization, tenant: number])[] = [
  [42, 'small', 0],
  [7, 'small', 3],
  [1001, 'small', 1],
  [5, 'medium', 0],
  [11, 'large', 9],
]

const records = (steps: readonly Step[]) =>
  steps.flatMap(({ audit = [], traces = [] }) => [
    ...audit.map(({ contentType, publishedAt, record }) => ({ surface: contentType, id: record.Id, publishedAt })),
    ...traces,
  ])

const twice = (list: readonly string[]) => list.filter((each, i) => list.indexOf(each) !== i)

describe.each(WORLDS)('scenarios of seed %i, %s, tenant %i', (seed, organization, tenant) => {
  const world: World = createWorld(seed, EPOCH, organization, tenant)
  const stories = SCENARIOS.map((scenario) => ({ ...scenario, steps: scenario.steps(world), told: scenario }))

  it('tell the same twice', () => {
    const again = createWorld(seed, EPOCH, organization, tenant)
    for (const { told, steps } of stories) {
      expect(tell(told.steps(again))).toEqual(tell(steps))
      expect(told.truth(again)).toEqual(told.truth(world))
    }
  })

  it('have come to an end before the epoch, and everything that they left can be read by then', () => {
    for (const { id, steps } of stories) {
      expect([id, steps.length]).not.toEqual([id, 0])
      const times = steps.map(({ at }) => at)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect([id, Math.max(...times) < EPOCH]).toEqual([id, true])
      for (const { surface, publishedAt } of records(steps))
        expect([id, surface, publishedAt <= EPOCH]).toEqual([id, surface, true])
      // What a first subscription to the feed is filled back with.
      for (const { publishedAt } of steps.flatMap(({ audit = [] }) => audit))
        expect([id, publishedAt > EPOCH - 22 * HOUR]).toEqual([id, true])
    }
  })

  it('name every record once, and share no object', () => {
    const all = stories.flatMap(({ steps }) => records(steps).map(({ surface, id }) => `${surface} ${id}`))
    expect(twice(all)).toEqual([])
    // A story may change its own object again.
    const objects = stories.flatMap(({ steps }) => [
      ...new Set(steps.flatMap((step) => (step.objects ?? []).map(({ kind, id }) => `${kind} ${id}`))),
    ])
    expect(twice(objects)).toEqual([])
  })

  it('use no techniques but those that they name', () => {
    for (const { id, attack, steps } of stories) {
      const used = new Set(steps.flatMap((step) => (step.attack ? [step.attack] : [])))
      expect([
        id,
        [...used].filter((technique) => !attack.some((named) => `${named}.`.startsWith(`${technique}.`))),
      ]).toEqual([id, []])
    }
  })
})
