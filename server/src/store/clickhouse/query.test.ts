import { expect, it } from 'vitest'

import type { EventQuery } from '#domain/query.ts'

import { Params } from './params.ts'
import { toCondition } from './query.ts'

const match = (field: string): EventQuery => ({ kind: 'match', field, value: 'x', wildcard: false })

it('writes the conditions that must all hold by what they cost, those that cost the same as they were typed', () => {
  const terms: EventQuery[] = [
    match('o365.audit.Level'),
    { kind: 'not', term: { kind: 'cidr', field: 'source.ip', block: '10.0.0.0/8' } },
    { kind: 'or', terms: [match('event.action'), { kind: 'text', text: 'words' }] },
    match('user.name'),
    match('event.outcome'),
  ]
  const sql = toCondition({ kind: 'and', terms }, new Params())
  const at = ['user_name', 'event_outcome', 'hasAllTokens', 'isIPAddressInRange', 'JSONExtractRaw'].map((part) =>
    sql.indexOf(part),
  )
  expect(at).not.toContain(-1)
  expect(at).toEqual(at.toSorted((a, b) => a - b))
})
