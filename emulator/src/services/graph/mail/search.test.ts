import { describe, expect, it } from 'vitest'

import { ordinary } from '#world/mail/item.ts'
import type { Item } from '#world/mail/item.ts'

import { parseSearch } from './search.ts'

const item: Item = {
  ...ordinary,
  key: 'k',
  folder: 'inbox',
  conversation: 'c',
  internetMessageId: '<a@b.example>',
  networkMessageId: 'n',
  from: { name: 'Evil Billing', address: 'billing@evil.example' },
  to: [{ name: 'Ada', address: 'ada@harborfinch.example' }],
  subject: 'Your overdue invoice 40211',
  text: 'Please pay at once.\n\nThank you',
  receivedAt: Date.parse('2026-11-18T23:30:00Z'),
}

describe('$search', () => {
  it.each([
    ['"overdue"', true],
    ['"overd"', false],
    ['"overd*"', true],
    ['"from:billing@evil.example AND received>=2026-11-18"', true],
    ['"from:billing@evil.example AND received>2026-11-18"', false],
    ['"received:2026-11-17..2026-11-18"', true],
    ['"subject:\\"overdue invoice\\""', true],
    ['"subject:\\"invoice overdue\\""', false],
    ['"to:ada body:once"', true],
    ['"NOT (overdue OR nothing)"', false],
    ['"hasAttachments:true"', false],
    ['"participants:evil.example"', true],
    ['"constructor:overdue"', false],
    ['"kind:constructor"', false],
    ['"kind:email AND size>100"', true],
  ])('%s is %s', (search, expected) => {
    expect(parseSearch(search)(item)).toBe(expected)
  })

  it.each(['overdue', '""', '"(a"', '"a OR"', '"received>=yesterday"', '"AND"'])('refuses %s', (search) => {
    expect(() => parseSearch(search)).toThrowError(expect.objectContaining({ code: 'BadRequest', status: 400 }))
  })
})
