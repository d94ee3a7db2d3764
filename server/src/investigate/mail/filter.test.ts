import { describe, expect, it } from 'vitest'

import { AppError } from '#domain/errors.ts'
import { allOf, type MailCondition, type MailFilter, type MailGroup } from '#domain/mail-filter.ts'

import { cleanFilter } from './filter.ts'

const clean = (...conditions: MailGroup['conditions']) => cleanFilter({ where: { logic: 'and', conditions } })
const cleaned = (condition: MailCondition) => clean(condition).where.conditions
const refusal = (filter: MailFilter): AppError => {
  try {
    cleanFilter(filter)
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('It was accepted.')
}
const refused = (condition: MailCondition) => refusal({ where: { logic: 'and', conditions: [condition] } }).message

describe('cleanFilter', () => {
  it('refuses a filter that would match every message: Keepnet’s “empty generated filter”', () => {
    const nothing: MailFilter[] = [
      allOf({}),
      allOf({ from: '  ' }),
      allOf({ subject: '' }),
      allOf({ from: '@' }),
      { ...allOf({}), receivedFrom: '2026-11-20T00:00:00Z' },
      { where: { logic: 'or', conditions: [{ logic: 'and', conditions: [] }] } },
      { where: { logic: 'and', conditions: [{ field: 'from', value: 'good.example', not: true }] } },
      {
        where: {
          logic: 'or',
          conditions: [
            { field: 'from', value: 'bad.example' },
            { field: 'subject', value: 'x', not: true },
          ],
        },
      },
    ]
    for (const filter of nothing) expect(refusal(filter)).toMatchObject({ code: 'INVESTIGATION_FILTER_MISSING' })
  })

  it('takes what must not hold beside what must', () => {
    const filter = allOf({ from: 'bad.example', subject: 'x' })
    filter.where.conditions.push({ field: 'to', value: 'ana@good.example', not: true })
    expect(cleanFilter(filter)).toEqual(filter)
  })

  it('trims, reads @domain as the domain, and gives a message ID its brackets', () => {
    expect(cleaned({ field: 'from', value: ' @bad.example ' })).toEqual([{ field: 'from', value: 'bad.example' }])
    expect(cleaned({ field: 'to', value: 'Ana <ana@bad.example>' })[0]).toMatchObject({ value: 'ana@bad.example' })
    expect(cleaned({ field: 'subject', value: ' a b ' })[0]).toMatchObject({ value: 'a b' })
    expect(cleaned({ field: 'internet-message-id', value: 'x@y' })[0]).toMatchObject({ value: '<x@y>' })
    expect(cleaned({ field: 'internet-message-id', value: '<x@y>' })[0]).toMatchObject({ value: '<x@y>' })
    expect(cleaned({ field: 'attachment-extension', value: '*.HTML' })[0]).toMatchObject({ value: 'html' })
    expect(cleaned({ field: 'url', value: 'hxxps[:]//bad[.]example/x' })[0]).toMatchObject({
      value: 'https://bad.example/x',
    })
    expect(cleaned({ field: 'network-message-id', value: '{3C1F0D0E-5B1C-4A39-8F5A-08DE27B1A2AA}' })[0]).toMatchObject({
      value: '3c1f0d0e-5b1c-4a39-8f5a-08de27b1a2aa',
    })
  })

  it('drops empty conditions and the groups they leave empty', () => {
    const filter = clean(
      { field: 'subject', value: ' ' },
      { logic: 'or', conditions: [{ field: 'body', value: '' }] },
      { field: 'from', value: 'bad.example' },
    )
    expect(filter.where.conditions).toEqual([{ field: 'from', value: 'bad.example' }])
  })

  it('names every problem with its place', () => {
    const { message, problems } = refusal({
      where: {
        logic: 'and',
        conditions: [
          { field: 'attachment-hash', value: 'abc' },
          { field: 'subject', value: 'fine' },
          { logic: 'or', conditions: [{ field: 'sender-ip', value: '300.1.1.1' }] },
        ],
      },
      receivedFrom: '2026-11-20',
    })
    expect(message).toMatch(/where\.conditions\[0\]: attachment-hash “abc”: it is no MD5/)
    expect(problems?.map(({ path }) => path)).toEqual([
      'where.conditions[0]',
      'where.conditions[2].conditions[0]',
      'receivedFrom',
    ])
  })

  it.each<[MailCondition['field'], string, RegExp]>([
    ['from', 'two words', /neither an address nor a domain/],
    ['sender-ip', '0.0.0.0/0', /every message would be a hit/],
    ['url', 'no host', /neither a host/],
    ['url', 'javascript:alert(1)', /neither a host/],
    ['regex', '(', /missing closing/],
    ['regex', 'a(?=b)', /invalid|perl/i],
    ['regex', '.*', /empty text/],
    ['regex', '(\\pL|a){999}b', /compiles to \d+ steps/],
    ['regex', 'a'.repeat(2001), /2001 characters; at most 2000/],
    ['attachment-size', '10 MB', /not a size in bytes/],
    ['attachment-size', '20-10', /20 is more than 10/],
    ['attachment-extension', 'a/b', /not an extension/],
    ['attachment-hash', 'g'.repeat(32), /no MD5/],
    ['network-message-id', '1', /not a GUID/],
  ])('refuses %s %s and says why', (field, value, why) => {
    expect(refused({ field, value })).toMatch(why)
  })

  it('bounds how many conditions there are, and how deep', () => {
    const many = Array.from({ length: 501 }, (_, i): MailCondition => ({ field: 'from', value: `${i}@bad.example` }))
    expect(refusal({ where: { logic: 'or', conditions: many } }).message).toMatch(/501 conditions; at most 500/)
    expect(cleanFilter({ where: { logic: 'or', conditions: many.slice(1) } }).where.conditions).toHaveLength(500)
    let deep: MailGroup = { logic: 'and', conditions: [{ field: 'subject', value: 'x' }] }
    for (let depth = 1; depth < 5; depth += 1) deep = { logic: 'or', conditions: [deep] }
    expect(cleanFilter({ where: deep })).toEqual({ where: deep })
    expect(refusal({ where: { logic: 'or', conditions: [deep] } }).message).toMatch(/nested deeper than 5/)
  })

  it('bounds how many expressions there are, since each takes long', () => {
    const many = Array.from({ length: 21 }, (_, i): MailCondition => ({ field: 'regex', value: `inv.ice ${i}` }))
    const filter = { where: { logic: 'or' as const, conditions: many } }
    expect(refusal(filter).message).toMatch(/21 regular expressions; at most 20/)
    filter.where.conditions.pop()
    expect(cleanFilter(filter)).toEqual(filter)
  })

  it('refuses 5,000 heavy expressions in no time', () => {
    const bomb = Array.from({ length: 5000 }, (): MailCondition => ({
      field: 'regex',
      value: '(\\pL|a){300}(b|c){300}',
    }))
    const began = performance.now()
    expect(refusal({ where: { logic: 'or', conditions: bomb } })).toMatchObject({ code: 'REQUEST_INVALID' })
    expect(performance.now() - began).toBeLessThan(20_000)
  })

  it('names every date that has no zone, and a span that is empty', () => {
    const dates = { receivedFrom: '2026-11-20', receivedTo: '2026-11-21T00:00:00' }
    expect(refusal({ ...allOf({ subject: 'x' }), ...dates }).message).toMatch(
      /receivedFrom: “2026-11-20” is .* receivedTo: “2026-11-21T/,
    )
    const reversed = { receivedFrom: '2026-11-20T10:00:00+02:00', receivedTo: '2026-11-20T07:59:59Z' }
    expect(refusal({ ...allOf({ subject: 'x' }), ...reversed })).toMatchObject({ code: 'REQUEST_INVALID' })
    expect(refusal({ ...allOf({ subject: 'x' }), receivedTo: '2026-13-45T10:00:00Z' }).message).toMatch(/2026-13-45/)
  })
})
