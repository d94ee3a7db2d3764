import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

import type { NormalizedEvent } from '#domain/event.ts'
import { parseTenantId } from '#domain/ids.ts'
import { normalizeRecord } from '#normalize/normalize-record.ts'

import { streamsOf } from './fields/logsources.ts'
import { loadRules } from './load-rules.ts'
import { createDetector } from './runner.ts'

const folder = join(import.meta.dirname, '../../../rules')
const { rules, problems } = await loadRules([folder])

const TENANT = parseTenantId('00000000-0000-0000-0000-000000000001')!

const Case = z.strictObject({ says: z.string().min(1), record: z.record(z.string(), z.unknown()) })
const Cases = z.strictObject({ fires: z.array(Case).min(1), quiet: z.array(Case).min(1) })

/** A case's record, through the same step that the stream takes. */
function normalized(record: Record<string, unknown>): NormalizedEvent {
  const outcome = normalizeRecord('o365.audit', JSON.stringify(record))
  if (outcome.outcome !== 'kept') throw new Error(`the case's record was ${JSON.stringify(outcome)}`)
  return outcome
}

describe('the pack', () => {
  it('loads without a problem, and every rule names something that Cordon collects', () => {
    expect(problems).toEqual([])
    expect(rules.length).toBeGreaterThanOrEqual(5)
    expect(rules.filter(({ logsource }) => streamsOf(logsource).length === 0)).toEqual([])
  })
})

describe.each(rules.map((rule) => [rule.title, rule] as const))('%s', (_title, rule) => {
  const cases = Cases.parse(parse(readFileSync(join(dirname(rule.file), 'cases.yml'), 'utf8')))
  const detector = createDetector([rule])

  it.each(cases.fires.map((entry) => [entry.says, entry] as const))('fires on %s', (_says, { record }) => {
    const [detection] = detector.detect(normalized(record), TENANT)
    expect(detection).toMatchObject({ ruleId: rule.id, severity: rule.level, eventId: record['Id'] })
  })

  it.each(cases.quiet.map((entry) => [entry.says, entry] as const))('stays quiet on %s', (_says, { record }) => {
    expect(detector.detect(normalized(record), TENANT)).toEqual([])
  })

  it('has tags with hyphens and lower-case techniques, as the field spells them', () => {
    for (const tag of rule.attack) expect(tag).toMatch(/^(t\d{4}(\.\d{3})?|[a-z]+(-[a-z]+)*)$/)
  })
})

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
      .flatMap((event) => detector.detect(event, TENANT))
      .map(({ groupKey }) => groupKey)
    expect(keys).toEqual([
      '<7f1c@mx.bad.example>',
      '<7f1c@mx.bad.example>',
      'ana@harborfinch.example',
      'ana@harborfinch.example',
    ])
  })
})
