import { expect, it } from 'vitest'

import { assembleRules } from '#detect/rule-set.ts'
import { normalizedReader, plainReader } from '#detect/vocabulary.ts'
import { normalizeRecord } from '#normalize/normalize-record.ts'

import { explain } from './explain.ts'

function ruleOf(detection: string, logsource = '{ product: m365, service: audit }') {
  return assembleRules([{ file: 'r.yml', text: `title: t\nlogsource: ${logsource}\ndetection: ${detection}` }])
    .rules[0]!
}

it('says of each leaf whether the event lacks it, has something else, or has it', () => {
  const rule = ruleOf('{ a: { op: [add, "del*"], size|gt: 3 }, b: { who|contains: root }, condition: a and not b }')
  expect(explain(rule, { op: 'delete', size: '2' }, plainReader)).toEqual({
    rule: 't',
    title: 't',
    matched: false,
    tree: {
      kind: 'and',
      matched: false,
      terms: [
        {
          kind: 'and',
          matched: false,
          terms: [
            {
              kind: 'or',
              matched: true,
              terms: [
                {
                  kind: 'leaf',
                  field: 'op',
                  asks: 'is "add"',
                  matched: false,
                  verdict: 'mismatched',
                  values: ['delete'],
                  more: 0,
                },
                {
                  kind: 'leaf',
                  field: 'op',
                  asks: 'starts with "del"',
                  matched: true,
                  verdict: 'matched',
                  values: ['delete'],
                  more: 0,
                },
              ],
            },
            { kind: 'leaf', field: 'size', asks: '> 3', matched: false, verdict: 'mismatched', values: ['2'], more: 0 },
          ],
        },
        {
          kind: 'not',
          matched: true,
          terms: [
            {
              kind: 'leaf',
              field: 'who',
              asks: 'contains "root"',
              matched: false,
              verdict: 'absent',
              values: [],
              more: 0,
            },
          ],
        },
      ],
    },
  })
})

it('names the values that hold a keyword, few of many, and the beginning of long ones', () => {
  const event = {
    a: 'xx needle',
    b: ['hay', `needle${'.'.repeat(500)}`],
    c: Array.from({ length: 30 }, () => 'needle'),
  }
  const { tree } = explain(ruleOf('{ words: [needle], condition: words }'), event, plainReader)
  expect(tree).toMatchObject({ kind: 'leaf', asks: 'contains "needle"', verdict: 'matched', more: 12 })
  const { values } = tree as { values: string[] }
  expect(values[0]).toBe('xx needle')
  expect(values[1]).toHaveLength(201)
})

it('says why a rule does not look at an event', () => {
  const record = {
    Id: '00000000-0000-4000-8000-000000000001',
    CreationTime: '2026-11-20T08:00:00',
    Operation: 'x',
    RecordType: 1,
  }
  const event = normalizeRecord('o365.audit', JSON.stringify(record))
  if (event.outcome !== 'kept') throw new Error('not kept')
  const why = (logsource: string, detection = '{ a: { b: c }, condition: a }') =>
    explain(ruleOf(detection, logsource), event, normalizedReader).passedBy
  expect(why('{ product: azure, service: riskdetection }')).toContain('this one is of o365.audit')
  expect(why('{ product: azure, service: signinlogs }')).toContain('none of those')
  expect(why('{ product: windows, service: sysmon }')).toBe(
    'Cordon collects nothing of product windows, service sysmon.',
  )
  expect(why('{ product: azure, service: pim }')).toContain('Privileged Identity Management')
  expect(why('{ product: m365, service: audit }', '{ a: { b|expand: "%l%" }, condition: a }')).toContain('%l%')
  expect(why('{ product: m365, service: audit }')).toBeUndefined()
})

it('explains single events of a rule that asks more of them together, and says what', () => {
  const text =
    'title: t\nid: t\nlogsource: { product: p }\ndetection: { a: { op: x }, condition: a }\ncordon: { first-seen: { fields: [user, app], timespan: 14d } }'
  const [rule] = assembleRules([{ file: 'r.yml', text }]).rules
  expect(explain(rule!, { op: 'x' }, plainReader)).toMatchObject({
    rule: 't',
    matched: true,
    further:
      'Events whose user and app no event that the rule matches had in the 14 days before. Nothing is new in the first 7 days of the history of events.',
  })
})
