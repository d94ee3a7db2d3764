import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { startEmulator } from '#connect/testing/start-emulator.ts'
import { loadRules } from '#detect/load-rules.ts'
import { createMatcher } from '#detect/matcher.ts'
import { createFiniteStream } from '#detect/stream.ts'

import { eventOf, type ToldRecord } from './testing/told-records.ts'

/**
 * The pack against every attack of the emulated company, each with its look-alikes: the rules that a scenario names raise
 * alerts, and no others do. Two worlds, so that no rule fits one by chance.
 */

interface Told {
  scenarios: { id: string; rules: string[]; records: ToldRecord[] }[]
}

const { rules, correlations } = await loadRules([join(import.meta.dirname, '../../../rules')])
const matcher = createMatcher(rules)
const alerting = new Map([...rules, ...correlations].filter(({ alerts }) => alerts).map(({ id, title }) => [id, title]))

const worlds = await Promise.all(
  [
    ['--seed', '42', '--org', 'small'],
    ['--seed', '5', '--org', 'medium'],
  ].map((world) => startEmulator(['--no-live', '--scenario', 'all', ...world])),
)
afterAll(() => Promise.all(worlds.map((world) => world.stop())))
const stories = await Promise.all(
  worlds.map(async (world, number) => {
    const { scenarios } = (await world.request('/ground-truth/records')) as Told
    return scenarios.map((scenario) => ({ ...scenario, world: number }))
  }),
)

test.each(stories.flat())('$id of world $world is seen by the rules that it names, and by no others', (story) => {
  const events = story.records.map(eventOf).filter((event) => event !== undefined)
  const stream = createFiniteStream(matcher, correlations)
  const matches = [...events.flatMap((event, index) => stream.push(event, index)), ...stream.end()]
  const raised = new Set(matches.flatMap(({ rule }) => alerting.get(rule) ?? []))
  expect([...raised].toSorted()).toEqual(story.rules)
})
