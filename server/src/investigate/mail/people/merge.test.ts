import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Finding, MailPerson } from '#domain/follow-up.ts'

import { gapsOf, mergeEarlier, mergePeople } from './merge.ts'

const DEEDS = ['opened', 'replied', 'forwarded', 'clicked'] as const
const finding = fc.record<Finding>({
  is: fc.constantFrom('yes', 'no', 'unknown'),
  evidence: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 2 }),
})
const person = (userId: fc.Arbitrary<string | undefined> = fc.constantFrom('u', undefined)) =>
  fc
    .record({ userId, opened: finding, replied: finding, forwarded: finding, clicked: finding })
    .map(({ userId: id, ...deeds }): MailPerson => ({
      userPrincipalName: 'ana@contoso.example',
      ...(id !== undefined && { userId: id }),
      ...deeds,
    }))
const verdicts = (of: MailPerson) => [of.userId, ...DEEDS.map((deed) => of[deed].is)]

describe('what is known of a person', () => {
  it('does not depend on the order in which their hits are followed', () => {
    fc.assert(
      fc.property(person(), person(), person(), (a, b, c) => {
        expect(verdicts(mergePeople(a, b))).toEqual(verdicts(mergePeople(b, a)))
        expect(verdicts(mergePeople(mergePeople(a, b), c))).toEqual(verdicts(mergePeople(a, mergePeople(b, c))))
      }),
    )
  })

  it('loses nothing that was done, and says it of nobody who did nothing', () => {
    fc.assert(
      fc.property(person(), person(), (a, b) => {
        for (const merge of [mergePeople, mergeEarlier]) {
          const merged = merge(a, b)
          for (const deed of DEEDS) {
            expect(merged[deed].is === 'yes').toBe(a[deed].is === 'yes' || b[deed].is === 'yes')
            const said = [a[deed], b[deed]].filter(({ is }) => is === merged[deed].is).flatMap((each) => each.evidence)
            expect(said).toEqual(expect.arrayContaining(merged[deed].evidence))
            expect(merged[deed].evidence.length).toBeGreaterThan(0)
          }
        }
      }),
    )
  })

  it('is not forgotten when it cannot be asked any more, and is the same when nothing has changed', () => {
    fc.assert(
      fc.property(person(), person(fc.constant('u')), (before, now) => {
        const merged = mergeEarlier(before, now)
        for (const deed of DEEDS.filter((each) => now[each].is === 'unknown'))
          expect(merged[deed].is).toBe(before[deed].is)
        expect(verdicts(mergeEarlier(merged, now))).toEqual(verdicts(merged))
      }),
    )
  })

  it('has its gaps told once, with an example', () => {
    const no: Finding = { is: 'no', evidence: ['No.'] }
    const known = { userPrincipalName: 'a', userId: 'u', opened: no, replied: no, forwarded: no, clicked: no }
    const blind = { ...known, clicked: { is: 'unknown', evidence: ['Needs ThreatHunting.Read.All.'] } as const }
    expect(gapsOf([known, { ...blind, clicked: { ...blind.clicked, evidence: [...blind.clicked.evidence] } }])).toEqual(
      ['Who clicked it is unknown of 1 of 2 people: Needs ThreatHunting.Read.All.'],
    )
    expect(gapsOf([known])).toEqual([])
  })
})
