import { dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { NormalizedEvent } from '#domain/event.ts'
import { normalizeRecord } from '#normalize/normalize-record.ts'

import { streamsOf } from './fields/logsources.ts'
import { loadRules } from './load-rules.ts'
import { createMatcher } from './matcher.ts'
import { createDetector } from './runner.ts'
import { createFiniteStream } from './stream.ts'
import { readCases } from './testing/pack-cases.ts'

const folder = join(import.meta.dirname, '../../../rules')
const { rules, correlations, problems } = await loadRules([folder])
const all = [...rules, ...correlations]
const matcher = createMatcher(rules)

function normalized(record: Record<string, unknown>): NormalizedEvent {
  const outcome = normalizeRecord('o365.audit', JSON.stringify(record))
  if (outcome.outcome !== 'kept') throw new Error(`the record was ${JSON.stringify(outcome)}`)
  return outcome
}

/** Titles of what a file's rules raise. The other files are there too, since a correlation may name their rules. */
function raised(file: string, events: readonly NormalizedEvent[]): string[] {
  const titles = new Map(all.filter((each) => each.file === file && each.alerts).map(({ id, title }) => [id, title]))
  const stream = createFiniteStream(matcher, correlations)
  const matches = [...events.flatMap((event, index) => stream.push(event, index)), ...stream.end()]
  return [...new Set(matches.flatMap(({ rule }) => titles.get(rule) ?? []))]
}

describe('the pack', () => {
  it('loads without a problem, and every rule names something that Cordon collects', () => {
    expect(problems).toEqual([])
    expect(rules.filter(({ logsource }) => streamsOf(logsource).length === 0)).toEqual([])
  })

  it('tags what raises alerts with tactics and techniques as ATT&CK spells them, and says how it may be wrong', () => {
    for (const { title, alerts, attack, description, falsePositives } of all.filter((each) => each.alerts)) {
      expect([title, attack.length > 1, description !== '', falsePositives.length > 0, alerts]).toEqual([
        title,
        true,
        true,
        true,
        true,
      ])
      for (const tag of attack) expect(tag).toMatch(/^(t\d{4}(\.\d{3})?|[a-z]+(-[a-z]+)*)$/)
    }
  })
})

describe.each([...Map.groupBy(all, ({ file }) => file)].map(([file, [first]]) => [first!.title, file] as const))(
  '%s',
  (_title, file) => {
    const { fires, quiet } = readCases(join(dirname(file), 'cases.yml'))
    const alerting = all.filter((each) => each.file === file && each.alerts).map(({ title }) => title)

    it.each(fires.map((entry) => [entry.says, entry] as const))('fires on %s', (_says, { events }) => {
      expect(raised(file, events)).not.toEqual([])
    })

    it('has a case for each thing that it raises', () => {
      expect(new Set(fires.flatMap(({ events }) => raised(file, events)))).toEqual(new Set(alerting))
    })

    it.each(quiet.map((entry) => [entry.says, entry] as const))('stays quiet on %s', (_says, { events }) => {
      expect(raised(file, events)).toEqual([])
    })
  },
)

describe('an alert gathers', () => {
  it('what one user did, whatever the case of the name, and two reports of one message', () => {
    const detector = createDetector(rules)
    const report = (Id: string, UserId: string) =>
      normalized({
        Id,
        UserId,
        CreationTime: '2026-11-20T09:12:44',
        RecordType: 29,
        Workload: 'SecurityComplianceCenter',
        Operation: 'UserSubmission',
        SubmissionType: 'Phish',
        InternetMessageId: '<7f1c@mx.bad.example>',
      })
    const forwarding = (Id: string, UserId: string) =>
      normalized({
        Id,
        UserId,
        CreationTime: '2026-11-20T09:12:44',
        RecordType: 1,
        Workload: 'Exchange',
        Operation: 'Set-Mailbox',
        Parameters: [{ Name: 'ForwardingSmtpAddress', Value: 'smtp:x@bad.example' }],
      })
    const keys = [
      report('11111111-0000-0000-0000-000000000001', 'ana@harborfinch.example'),
      report('11111111-0000-0000-0000-000000000002', 'ben@harborfinch.example'),
      forwarding('11111111-0000-0000-0000-000000000003', 'Ana@HarborFinch.example'),
      forwarding('11111111-0000-0000-0000-000000000004', 'ana@harborfinch.example'),
    ]
      .flatMap((event) => detector.detect(event).detections)
      .map(({ groupKey }) => groupKey)
    expect(keys).toEqual([
      '<7f1c@mx.bad.example>',
      '<7f1c@mx.bad.example>',
      'ana@harborfinch.example',
      'ana@harborfinch.example',
    ])
  })
})

describe('alerts of Microsoft', () => {
  it.each([
    ['ThreatManagement', ['microsoft:suspicious email forwarding activity']],
    ['MailFlow', []],
  ])('of the category %s raise %j', (Category, expected) => {
    const record = normalized({
      Id: '11111111-0000-0000-0000-000000000005',
      CreationTime: '2026-11-20T09:12:44',
      RecordType: 40,
      Workload: 'SecurityComplianceCenter',
      Operation: 'AlertTriggered',
      UserId: 'SecurityComplianceAlerts',
      AlertId: 'a1',
      Name: 'Suspicious email forwarding activity',
      Category,
    })
    expect(
      createDetector([])
        .detect(record)
        .detections.map(({ ruleId }) => ruleId),
    ).toEqual(expected)
  })
})
