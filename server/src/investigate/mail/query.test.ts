import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { odataQuery } from '#connect/apis/graph/odata.ts'

import { matches } from './filter.ts'
import { candidateFilters } from './query.ts'

describe('candidateFilters', () => {
  it('asks for a message ID alone, since it names one message', () => {
    const filter = { internetMessageId: '<a@b>', sender: 'x@bad.example', subject: 'invoice' }
    expect(candidateFilters(filter)).toEqual(["internetMessageId eq '<a@b>'", undefined])
  })

  it('puts dates, sender and subject together, and falls back to the dates', () => {
    const filter = {
      sender: 'Billing@Bad.example',
      subject: "it's due",
      receivedFrom: '2026-11-20T00:00:00+01:00',
      receivedTo: '2026-11-20T23:59:59+01:00',
    }
    const dates = 'receivedDateTime ge 2026-11-19T23:00:00Z and receivedDateTime lt 2026-11-20T23:00:00Z'
    const rest = "from/emailAddress/address eq 'billing@bad.example' and contains(subject,'it''s due')"
    expect(candidateFilters(filter)).toEqual([`${dates} and ${rest}`, dates])
  })

  it('lists the whole mailbox, once, for a sender’s domain alone', () => {
    expect(candidateFilters({ sender: 'bad.example' })).toEqual([undefined])
  })

  it('asks a second more than the dates say, because Microsoft shows whole seconds and stores more', () => {
    const [filter] = candidateFilters({ sender: 'bad.example', receivedTo: '2026-11-20T10:00:00.500Z' })
    expect(filter).toBe('receivedDateTime lt 2026-11-20T10:00:01Z')
  })

  it('never asks for a piece of subject that a matching subject might lack', () => {
    const letters = fc.constantFrom(...'abcXYZ 1', "'", 'é', 'É', 'İ', 'ß', 'ǅ', 'Σ', '付', '\u{1F4B0}', '\u0301')
    const text = fc.string({ unit: letters, maxLength: 12 })
    const lacks = (sent: string, subject: string): boolean => {
      const piece = /^contains\(subject,'(.*)'\)$/s.exec(candidateFilters({ subject })[0] ?? '')?.[1] ?? ''
      return !sent.toLowerCase().includes(piece.replaceAll("''", "'").toLowerCase())
    }
    const law = fc.property(text, text, text, fc.constantFrom('NFC', 'NFD'), (before, subject, after, form) => {
      const sent = (before + subject.toUpperCase() + after).normalize(form)
      fc.pre(matches({ subject }, { id: '1', parentFolderId: '2', subject: sent }))
      return !lacks(sent, subject)
    })
    expect(() => fc.assert(law, { numRuns: 5000 })).not.toThrow()
    expect(lacks('invoice', 'rechnung')).toBe(true)
  })

  it('survives the way through an address, whatever the text', () => {
    const law = fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const query = odataQuery({ $filter: `contains(subject,'${text}')`, $top: 1 })
      const arrived = new URLSearchParams(query).get('$filter')
      return /^\?[A-Za-z0-9$=&%._~!*()-]*$/.test(query) && arrived === `contains(subject,'${text}')`
    })
    expect(() => fc.assert(law)).not.toThrow()
    expect(odataQuery({ $filter: "a'b#&+<> %" })).toBe('?$filter=a%27b%23%26%2B%3C%3E%20%25')
  })
})
