import { describe, expect, it } from 'vitest'

import { draftFrom, filterOf, nameOf } from './investigation-draft.ts'
import { parseMailPrefill } from './mail-prefill.ts'

const MAIL = { sender: 'billing@sender.example', subject: 'Invoice', internetMessageId: '<1@sender.example>' }

describe('a new investigation', () => {
  it('from a mail with a message ID looks for that alone, and keeps the rest at hand', () => {
    const draft = draftFrom(MAIL)
    expect(filterOf(draft)).toEqual({ internetMessageId: MAIL.internetMessageId })
    expect(draft.sender).toEqual({ on: false, value: MAIL.sender })
    expect(draft.name).toBe('Hunt: Invoice')
  })

  it('from a mail without one looks for sender and subject', () => {
    const { internetMessageId: _id, ...rest } = MAIL
    expect(filterOf(draftFrom(rest))).toEqual(rest)
  })

  it('sends only what is switched on and not blank, trimmed, times in UTC', () => {
    const draft = {
      ...draftFrom({}),
      sender: { on: true, value: '  x.example ' },
      subject: { on: true, value: '   ' },
      receivedFrom: { on: true, value: '2026-11-20T12:00' },
      receivedTo: { on: false, value: '2026-11-21T12:00' },
    }
    const filter = filterOf(draft)
    expect(filter).toEqual({ sender: 'x.example', receivedFrom: new Date('2026-11-20T12:00').toISOString() })
  })

  it('reads its prefill from an address and ignores everything else in it', () => {
    expect(parseMailPrefill({ ...MAIL, alertId: 'a', subject: 4711 })).toEqual({ ...MAIL, subject: '4711' })
    expect(parseMailPrefill({ sender: '' })).toEqual({})
  })

  it('is named after what it looks for', () => {
    expect(nameOf({ sender: 'x.example' })).toBe('Hunt: x.example')
    expect(nameOf({})).toBe('Investigation')
  })
})
