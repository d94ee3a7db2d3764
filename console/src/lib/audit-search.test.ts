import { expect, it } from 'vitest'

import { auditParams, parseAuditSearch } from './audit-search.ts'

it('takes from an address what it understands, and nothing else', () => {
  const search = { actor: 'Ana', action: 'user.change', from: '2026-11-01', to: 'tomorrow', tenant: 'x', other: '1' }
  expect(parseAuditSearch(search)).toEqual({ actor: 'Ana', action: 'user.change', from: '2026-11-01' })
})

it('asks for whole days, the last one included', () => {
  const params = auditParams({ from: '2026-11-01', to: '2026-11-30' }, 7)
  expect(Object.fromEntries(params)).toEqual({
    limit: '100',
    from: '2026-11-01T00:00:00Z',
    to: '2026-12-01T00:00:00.000Z',
    before: '7',
  })
})
