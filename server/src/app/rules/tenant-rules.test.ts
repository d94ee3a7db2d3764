import { expect, it } from 'vitest'

import { parseTenantId } from '#domain/ids.ts'

import { tenantRules } from './tenant-rules.ts'

const RULE = `title: Known by name
id: 00000000-0000-4000-8000-00000000e002
logsource: {product: m365, service: audit}
detection:
  selection: {'UserId|expand': '%PEOPLE%'}
  condition: selection
`
const at = (minute: number) => Date.parse(`2026-11-01T08:0${minute}:00.000Z`)
const iso = (minute: number) => new Date(at(minute)).toISOString()
const TENANT = parseTenantId('00000000-0000-4000-8000-0000000000aa')!

it('reads a value of a list until its time is over, and says when that is', () => {
  const by = { addedBy: 'ana', addedAt: iso(0) }
  const values = [
    { value: 'eve', expiresAt: iso(3), ...by },
    { value: 'bob', expiresAt: iso(2), ...by },
    { value: 'ana', ...by },
  ]
  const list = { tenantId: TENANT, name: 'PEOPLE', description: '', createdBy: 'ana', createdAt: iso(0), values }
  const choices = { files: [], switches: new Map(), tunings: [], lists: [list] }
  const rulesAt = (minute: number) => tenantRules([{ path: 'a.yml', text: RULE, origin: 'pack' }], choices, at(minute))
  const lookedFor = (minute: number) =>
    ['eve', 'bob', 'ana'].filter((name) => JSON.stringify(rulesAt(minute).runnable.rules).includes(`"${name}"`))
  expect([1, 2, 3].map((minute) => rulesAt(minute).expiresAt)).toEqual([at(2), at(3), Infinity])
  expect([1, 2, 3].map(lookedFor)).toEqual([['eve', 'bob', 'ana'], ['eve', 'ana'], ['ana']])
})
