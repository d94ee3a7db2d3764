import { describe, expect, it } from 'vitest'

import type { EcsEvent } from '#domain/event.ts'
import type { MailCondition } from '#domain/mail-filter.ts'
import { cleanFilter } from '#investigate/mail/filter.ts'

import { suggestFilter } from './suggested-filter.ts'

const event = (fields: object) => ({ '@timestamp': '2026-11-20T10:00:00Z', ...fields }) as unknown as EcsEvent
const reported = (id?: string) =>
  event({ email: { from: { address: ['a@bad.example'] }, subject: 'Pay', ...(id && { message_id: id }) } })
const audit = (fields: object) => event({ o365: { audit: fields } })
const HASH = 'ab'.repeat(32)

describe('suggestFilter', () => {
  it('hunts the message by its ID alone', () => {
    const id: MailCondition = { field: 'internet-message-id', value: '<1@bad.example>' }
    expect(suggestFilter([reported('<1@bad.example>'), reported('<1@bad.example>')])).toEqual({
      where: { logic: 'and', conditions: [id] },
    })
    expect(suggestFilter([audit({ InternetMessageId: '<1@bad.example>' })])?.where.conditions).toEqual([id])
  })

  it('without an ID hunts sender and subject together', () => {
    const conditions = [
      { field: 'from', value: 'a@bad.example' },
      { field: 'subject', value: 'Pay' },
    ]
    expect(suggestFilter([reported()])).toEqual({ where: { logic: 'and', conditions } })
    expect(suggestFilter([reported(), reported('<2@x.example>')])?.where).toEqual({
      logic: 'or',
      conditions: [
        { logic: 'and', conditions },
        { field: 'internet-message-id', value: '<2@x.example>' },
      ],
    })
  })

  it('adds files and links that were found harmful, never a name, an extension or a good file', () => {
    const filter = suggestFilter([
      audit({
        InternetMessageId: '<1@bad.example>',
        AttachmentData: [
          { FileName: 'invoice.exe', FileType: 'exe', FileVerdict: 1, SHA256: HASH },
          { FileName: 'logo.png', FileType: 'png', FileVerdict: 0, SHA256: 'cd'.repeat(32) },
          { FileName: 'late.zip', FileType: 'zip', FileVerdict: -3, SHA256: 'ef'.repeat(32) },
        ],
        P2Sender: 'ceo@contoso.example',
      }),
      audit({ Url: 'https://bad.example/login', URLClickAction: 2 }),
      audit({ Url: 'https://pending.example/', URLClickAction: 3 }),
    ])
    expect(filter?.where).toEqual({
      logic: 'or',
      conditions: [
        { field: 'internet-message-id', value: '<1@bad.example>' },
        { field: 'attachment-hash', value: HASH },
        { field: 'url', value: 'https://bad.example/login' },
      ],
    })
  })

  it('suggests what an investigation accepts, or nothing: Keepnet’s “empty generated filter”', () => {
    expect(suggestFilter([])).toBeUndefined()
    expect(suggestFilter([event({}), audit({ AttachmentData: 'none', Url: '' })])).toBeUndefined()
    const many = Array.from({ length: 50 }, (_, i) => reported(`<${i}@bad.example>`))
    const filter = suggestFilter(many)
    expect(filter?.where.conditions).toHaveLength(20)
    expect(cleanFilter(filter!)).toEqual(filter)
  })
})
