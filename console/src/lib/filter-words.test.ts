import type { MailGroup } from '@cordon/api'
import { describe, expect, it } from 'vitest'

import { filterSentences } from './filter-words.ts'

const says = (where: MailGroup, dates = {}) => filterSentences({ where, ...dates }, (iso) => `<${iso}>`)

describe('a filter in words', () => {
  it('is a sentence for each condition and date', () => {
    const conditions: MailGroup['conditions'] = [
      { field: 'from', value: 'x.example' },
      { field: 'subject', value: 'invoice', not: true },
      { field: 'url', value: 'bad.example' },
    ]
    expect(says({ logic: 'and', conditions }, { receivedFrom: 'T' })).toEqual([
      'from is x.example',
      'subject does not contain “invoice”',
      'any link goes to bad.example',
      'received not before <T>',
    ])
  })

  it('sets alternatives apart from what they stand beside', () => {
    const either: MailGroup = {
      logic: 'or',
      conditions: [
        { field: 'from', value: 'a.example' },
        { field: 'attachment-hash', value: 'ff' },
      ],
    }
    expect(says(either)).toEqual(['from is a.example or any attachment’s hash is ff'])
    expect(says(either, { receivedTo: 'T' })[0]).toBe('(from is a.example or any attachment’s hash is ff)')
    expect(says({ logic: 'and', conditions: [either, { field: 'to', value: 'b.example' }] })).toEqual([
      '(from is a.example or any attachment’s hash is ff)',
      'to is b.example',
    ])
  })

  it('tells a long filter by its beginning', () => {
    const conditions = Array.from({ length: 500 }, (_, i) => ({ field: 'from' as const, value: `${i}.example` }))
    expect(says({ logic: 'or', conditions })[0]).toMatch(/^from is 0\.example or .* or from is 5\.example or 494 more$/)
  })
})
