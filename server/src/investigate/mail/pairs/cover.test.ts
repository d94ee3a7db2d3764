import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { isGroup, type MailCondition, type MailGroup } from '#domain/mail-filter.ts'

import { coverOf } from './cover.ts'
import type { Term } from './pair.ts'

/** A mail is what its fields contain. */
type Mail = Record<'from' | 'subject' | 'body' | 'url', string>

const FIELDS = ['from', 'subject', 'body', 'url'] as const
const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 2 })
const condition = fc.record<MailCondition>(
  { field: fc.constantFrom(...FIELDS), value: letters, not: fc.constant(true) },
  { requiredKeys: ['field', 'value'] },
)
const { group } = fc.letrec<{ group: MailGroup; each: MailCondition | MailGroup }>((tie) => ({
  group: fc.record({
    logic: fc.constantFrom('and', 'or'),
    conditions: fc.array(tie('each'), { minLength: 1, maxLength: 4 }),
  }),
  each: fc.oneof({ maxDepth: 3 }, condition, tie('group')),
}))
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 4 })
const mail = fc.record<Mail>({ from: word, subject: word, body: word, url: word })

const contains = (message: Mail, { field, value }: MailCondition) => message[field as keyof Mail].includes(value)

function matches(message: Mail, each: MailCondition | MailGroup): boolean {
  if (!isGroup(each)) return contains(message, each) !== (each.not ?? false)
  const { logic, conditions } = each
  return logic === 'and'
    ? conditions.every((one) => matches(message, one))
    : conditions.some((one) => matches(message, one))
}

/** A source that knows senders and subjects, something of links, and no bodies. */
const termOf = ({ field, value }: MailCondition): Term | undefined =>
  field === 'body' ? undefined : { property: field, text: value, kind: field === 'url' ? 'hint' : 'exact' }

const answers = (message: Mail, branches: readonly Term[][]) =>
  branches.some((terms) =>
    terms.every(({ property, text }) => contains(message, { field: property as 'from', value: text })),
  )

describe('coverOf', () => {
  it('asks for no less than the filter matches, whenever it calls that exact', () => {
    let exact = 0
    fc.assert(
      fc.property(group, fc.array(mail, { minLength: 20, maxLength: 20 }), (where, messages) => {
        const cover = coverOf(where, termOf)
        if (cover?.kind !== 'exact') return
        exact++
        const missed = messages.filter((message) => matches(message, where) && !answers(message, cover.branches))
        expect(missed).toEqual([])
      }),
      { numRuns: 2000 },
    )
    expect(exact).toBeGreaterThan(200)
  })

  it('never asks for more alternatives than the filter has conditions', () => {
    const count = (each: MailCondition | MailGroup): number =>
      isGroup(each) ? each.conditions.reduce((sum, one) => sum + count(one), 0) : 1
    fc.assert(
      fc.property(group, (where) => {
        expect(coverOf(where, termOf)?.branches.length ?? 0).toBeLessThanOrEqual(count(where))
      }),
    )
  })

  it('asks each branch for one value of a property', () => {
    fc.assert(
      fc.property(group, (where) => {
        for (const branch of coverOf(where, termOf)?.branches ?? [])
          expect(new Set(branch.map(({ property }) => property)).size).toBe(branch.length)
      }),
    )
  })
})
