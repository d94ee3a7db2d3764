import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { type Emulator, startEmulator } from '#connect/testing/start-emulator.ts'
import { createCorrelations } from '#detect/correlations.ts'
import { judgedSince, knownAt } from '#detect/judgments.ts'
import { loadRules } from '#detect/load-rules.ts'
import { createDetector } from '#detect/runner.ts'
import type { Detection } from '#domain/alert.ts'
import type { CorrelationHit } from '#domain/rule.ts'

import { eventOf, type ToldRecord } from './testing/told-records.ts'

/**
 * A week of a company of 5,000 people under the pack of rules: hundreds of thousands of records of what everybody does, with
 * no attack, and with every attack that there is among them.
 */
const EPOCH = Date.parse('2026-11-20T14:00:00Z')
const DAYS = 7
const DAY = 86_400_000
const MINUTES = 1_800_000

interface Story {
  id: string
  rules: string[]
  records: ToldRecord[]
}

/** What the pack says of events, alone and before correlations. */
interface Looked {
  events: number
  detections: Detection[]
  hits: CorrelationHit[]
}

const { rules, correlations } = await loadRules([join(import.meta.dirname, '../../../rules')])
const detector = createDetector(rules, correlations)
/** Titles of what says what Sigma cannot, and of what of it says that something is new. */
const judging = new Set(correlations.filter(({ judgment }) => judgment).map(({ title }) => title))
const learning = new Set(correlations.filter(({ learningS }) => learningS !== undefined).map(({ title }) => title))
const ours = new Set([...rules, ...correlations].map(({ id }) => id))

let emulator: Emulator
const everyday: Looked = { events: 0, detections: [], hits: [] }
/** Each with the ids of its events. */
let stories: (Omit<Story, 'records'> & { evidence: Set<string> })[]
let withStories: Looked

beforeAll(async () => {
  const world = ['--seed', '42', '--org', 'medium', '--epoch', new Date(EPOCH).toISOString()]
  emulator = await startEmulator(['--no-live', '--freeze-clock', '--scenario', 'all', ...world])
  for (let day = DAYS; day > 0; day--) {
    const [from, to] = [day, day - 1].map((before) => new Date(EPOCH - before * DAY).toISOString())
    const told = (await emulator.request(`/ground-truth/everyday?from=${from}&to=${to}`)) as { records: ToldRecord[] }
    look(told.records, everyday)
  }
  const { scenarios } = (await emulator.request('/ground-truth/records')) as { scenarios: Story[] }
  withStories = { ...everyday, detections: [...everyday.detections], hits: [...everyday.hits] }
  stories = scenarios.map(({ records, ...story }) => ({ ...story, evidence: look(records, withStories) }))
}, MINUTES)
afterAll(() => emulator.stop())

test(
  'a week without an attack raises at most three alerts a day',
  () => {
    expect(everyday.events).toBeGreaterThan(200_000)
    expect(everyday.hits.length).toBeGreaterThan(1_000)
    const alerts = alertsOf(everyday)
    expect(alerts.flatMap(daysOf).length).toBeLessThanOrEqual(3 * DAYS)
    expect(alerts.filter(([{ ruleTitle }]) => judging.has(ruleTitle)).map(([{ sentence }]) => sentence)).toEqual([])
  },
  MINUTES,
)

test(
  'in the same week every attack is seen by the rules that it names, and little else is',
  () => {
    const alerts = alertsOf(withStories)
    const seen = stories.map(({ id, evidence }) => {
      const own = alerts.filter((alert) => alert.some(({ eventId }) => evidence.has(eventId)))
      return [id, [...new Set(own.map(([{ ruleTitle }]) => ruleTitle))].toSorted()] as const
    })
    // An attack alone has no history in which something could be new; a story names what sees it without one.
    const of = (isMeant: (title: string) => boolean) =>
      seen.map(([id, titles]) => [id, titles.filter(isMeant)] as const)
    const named = stories.map(({ id, rules: own }) => [id, own])
    expect(Object.fromEntries(of((title) => !learning.has(title)))).toEqual(Object.fromEntries(named))
    expect(of((title) => learning.has(title)).filter(([, titles]) => titles.length > 0)).toEqual([
      ['oauth-consent', ['New Application Reads Mail']],
    ])
    const all = new Set(stories.flatMap(({ evidence }) => [...evidence]))
    const others = alerts.filter((alert) => !alert.some(({ eventId }) => all.has(eventId)))
    expect(others.flatMap(daysOf).length).toBeLessThanOrEqual(3 * DAYS)
  },
  MINUTES,
)

/** Looks at records and adds what it finds. @returns the ids of their events. */
function look(records: readonly ToldRecord[], into: Looked): Set<string> {
  const ids = new Set<string>()
  for (const record of records) {
    const normalized = eventOf(record)
    if (normalized === undefined) continue
    ids.add(normalized.event.event.id)
    const { detections, hit } = detector.detect(normalized)
    into.detections.push(...detections)
    if (hit) into.hits.push(hit)
  }
  into.events += ids.size
  return ids
}

type RaisedAlert = [Detection, ...Detection[]]

/** The alerts of the pack, correlations included, each as what it gathers; not those of Microsoft's own products. */
function alertsOf({ detections, hits }: Looked): RaisedAlert[] {
  // What is first seen has two days to learn and five to show itself; at work it has more to learn from.
  const judgedFrom = judgedSince(correlations, EPOCH - (DAYS + 5) * DAY)
  const running = createCorrelations(correlations, { judgedFrom })
  const inOrder = hits.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time))
  const told = inOrder.flatMap((hit) => running.push(hit))
  const raised = [...detections, ...told, ...running.pass(knownAt(correlations, EPOCH))]
  const own = raised.filter(({ ruleId }) => ours.has(ruleId))
  return [...Map.groupBy(own, ({ ruleId, groupKey }) => `${ruleId} ${groupKey}`).values()] as RaisedAlert[]
}

/** The days on which an alert would be opened if each evening somebody closed it. */
function daysOf(alert: RaisedAlert): string[] {
  return [...new Set(alert.map(({ eventTime }) => eventTime.slice(0, 10)))]
}
