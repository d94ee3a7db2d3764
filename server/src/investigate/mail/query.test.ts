import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { odataQuery } from '#connect/apis/graph/odata.ts'
import { allOf, type MailFilter, type MailGroup } from '#domain/mail-filter.ts'

import { evaluate } from './evaluate.ts'
import { candidateFilters } from './query.ts'
import { anEnvelope, aFilter } from './testing/arbitrary-mail.ts'
import { holds } from './testing/odata-filter.ts'

const matches = (filter: MailFilter, subject: string) =>
  evaluate(filter, { envelope: { id: '1', parentFolderId: '2', subject } }).is === 'hit'
const anyOf = (...conditions: MailGroup['conditions']): MailFilter => ({ where: { logic: 'or', conditions } })

describe('candidateFilters', () => {
  it('asks for a message ID alone, since it names one message', () => {
    const filter = allOf({ 'internet-message-id': '<a@b>', from: 'x@bad.example', subject: 'invoice' })
    expect(candidateFilters(filter)).toEqual(["internetMessageId eq '<a@b>'", undefined])
  })

  it('puts dates, sender and subject together, and falls back to the dates', () => {
    const filter = {
      ...allOf({ from: 'Billing@Bad.example', subject: "it's due" }),
      receivedFrom: '2026-11-20T00:00:00+01:00',
      receivedTo: '2026-11-20T23:59:59+01:00',
    }
    const dates = 'receivedDateTime ge 2026-11-19T23:00:00Z and receivedDateTime lt 2026-11-20T23:00:00Z'
    const rest = "from/emailAddress/address eq 'billing@bad.example' and contains(subject,'it''s due')"
    expect(candidateFilters(filter)).toEqual([`${dates} and ${rest}`, dates])
  })

  it('lists the whole mailbox, once, for a sender’s domain alone, a recipient, a body, a link or a file', () => {
    for (const field of ['to', 'body', 'url', 'attachment-name', 'sender-name'] as const)
      expect(candidateFilters(allOf({ [field]: 'bad.example' }))).toEqual([undefined])
    expect(candidateFilters(allOf({ from: 'bad.example' }))).toEqual([undefined])
  })

  it('asks a second more than the dates say, because Microsoft shows whole seconds and stores more', () => {
    const [filter] = candidateFilters({ ...allOf({ from: 'bad.example' }), receivedTo: '2026-11-20T10:00:00.500Z' })
    expect(filter).toBe('receivedDateTime lt 2026-11-20T10:00:01Z')
  })

  it('asks for alternatives together, where every one of them can be asked', () => {
    const senders = [
      { field: 'from', value: 'a@bad.example' },
      { field: 'from', value: 'b@bad.example' },
    ] as const
    expect(candidateFilters(anyOf(...senders))[0]).toBe(
      "(from/emailAddress/address eq 'a@bad.example' or from/emailAddress/address eq 'b@bad.example')",
    )
    expect(candidateFilters(anyOf(...senders, { field: 'url', value: 'bad.example' }))).toEqual([undefined])
    expect(candidateFilters(anyOf(...senders, { field: 'subject', value: 'invoice', not: true }))).toEqual([undefined])
  })

  it('narrows by what it can ask of a group within a group', () => {
    const filter: MailFilter = {
      where: {
        logic: 'and',
        conditions: [
          { field: 'url', value: 'bad.example' },
          {
            logic: 'or',
            conditions: [
              { field: 'internet-message-id', value: '<a@b>' },
              {
                logic: 'and',
                conditions: [
                  { field: 'subject', value: 'invoice' },
                  { field: 'body', value: 'x' },
                  { field: 'from', value: 'a@bad.example' },
                ],
              },
            ],
          },
        ],
      },
    }
    expect(candidateFilters(filter)).toEqual([
      "(internetMessageId eq '<a@b>' or (contains(subject,'invoice') and from/emailAddress/address eq 'a@bad.example'))",
      undefined,
    ])
  })

  it('does not ask Exchange for more alternatives than it takes', () => {
    const many = Array.from({ length: 21 }, (_, i) => ({ field: 'from' as const, value: `u${i}@bad.example` }))
    expect(candidateFilters(anyOf(...many))).toEqual([undefined])
    expect(candidateFilters(anyOf(...many.slice(1)))[0]).toContain(' or ')
  })

  it('never excludes a message that is a hit', () => {
    let narrowed = 0
    const law = fc.property(aFilter(), anEnvelope(), (filter, envelope) => {
      const queries = candidateFilters(filter)
      if (queries[0] !== undefined) narrowed += 1
      if (evaluate(filter, { envelope }).is === 'no') return true
      return queries.every((query) => query === undefined || holds(query, envelope))
    })
    expect(fc.check(law, { numRuns: 5000 }).counterexample).toBeNull()
    expect(narrowed).toBeGreaterThan(500)
  })

  it('never asks for a piece of subject that a matching subject might lack', () => {
    const letters = fc.constantFrom(...'abcXYZ 1', "'", 'é', 'É', 'İ', 'ß', 'ǅ', 'Σ', '付', '\u{1F4B0}', '\u0301')
    const text = fc.string({ unit: letters, maxLength: 12 })
    const lacks = (sent: string, subject: string): boolean => {
      const piece = /^contains\(subject,'(.*)'\)$/s.exec(candidateFilters(allOf({ subject }))[0] ?? '')?.[1] ?? ''
      return !sent.toLowerCase().includes(piece.replaceAll("''", "'").toLowerCase())
    }
    const law = fc.property(text, text, text, fc.constantFrom('NFC', 'NFD'), (before, subject, after, form) => {
      const sent = (before + subject.toUpperCase() + after).normalize(form)
      fc.pre(matches(allOf({ subject }), sent))
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
