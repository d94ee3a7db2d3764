import type { Investigation, MailGroup } from '@cordon/api'
import { describe, expect, it } from 'vitest'

import { huntOf } from './hunted.ts'

const investigation = (id: string, conditions: MailGroup['conditions']) =>
  ({ id, filter: { where: { logic: 'or', conditions } } }) as Investigation

describe('whether a reported mail was hunted', () => {
  const other = investigation('other', [{ field: 'from', value: '1@a.example' }])
  const hunt = investigation('hunt', [
    { logic: 'and', conditions: [{ field: 'internet-message-id', value: '<1@A.example>' }] },
  ])

  it('is told by its message ID, however deep it stands in a filter', () => {
    expect(huntOf({ internetMessageId: '1@a.example' }, [other, hunt])?.id).toBe('hunt')
    expect(huntOf({ internetMessageId: '<2@a.example>' }, [other, hunt])).toBeUndefined()
    expect(huntOf({}, [other, hunt])).toBeUndefined()
  })

  it('is not where the filter leaves it out', () => {
    const without = investigation('w', [{ field: 'internet-message-id', value: '<1@a.example>', not: true }])
    expect(huntOf({ internetMessageId: '<1@a.example>' }, [without])).toBeUndefined()
  })
})
