import type { MailFilter } from '@cordon/api'
import { describe, expect, it } from 'vitest'

import { changePart, groupOf, narrows, newCondition, newGroup } from './filter-draft.ts'
import { parseHuntPrefill, prefillOf } from './hunt-prefill.ts'
import { NO_PROBLEMS, placeProblems } from './draft-problems.ts'
import { draftFrom, filterOf, nameOf, requestOf } from './investigation-draft.ts'

const MAIL = { sender: 'billing@sender.example', subject: 'Invoice', internetMessageId: '<1@sender.example>' }
const NESTED: MailFilter = {
  where: {
    logic: 'and',
    conditions: [
      { field: 'from', value: 'x.example' },
      {
        logic: 'or',
        conditions: [
          { field: 'url', value: 'bad.example' },
          { field: 'subject', value: 'y', not: true },
        ],
      },
    ],
  },
}

describe('a new investigation', () => {
  it('from a mail with a message ID looks for that alone', () => {
    const draft = draftFrom(prefillOf(MAIL))
    expect(filterOf(draft).where.conditions).toEqual([{ field: 'internet-message-id', value: MAIL.internetMessageId }])
    expect(draft.name).toBe('Hunt: Invoice')
  })

  it('from a mail without one looks for sender and subject', () => {
    const { internetMessageId: _id, ...rest } = MAIL
    expect(filterOf(draftFrom(prefillOf(rest))).where.conditions).toEqual([
      { field: 'from', value: MAIL.sender },
      { field: 'subject', value: MAIL.subject },
    ])
  })

  it('follows what it finds where it was handed a mail, unless somebody says otherwise', () => {
    const draft = draftFrom(prefillOf(MAIL))
    expect(requestOf(draft)).toMatchObject({ followUp: true })
    expect(requestOf({ ...draft, followUp: false })).not.toHaveProperty('followUp')
    expect(draftFrom({}).followUp).toBe(false)
  })

  it('takes a suggested filter as it is, groups and all', () => {
    const dated = { ...NESTED, receivedFrom: '2026-11-20T12:00:30.000Z' }
    expect(filterOf(draftFrom({ filter: dated }))).toEqual(dated)
  })

  it('starts with one empty condition, which is not sent', () => {
    const draft = draftFrom({})
    expect(draft.where.conditions).toHaveLength(1)
    expect(filterOf(draft)).toEqual({ where: { logic: 'and', conditions: [] } })
  })

  it('sends only what is not blank, trimmed, times in UTC', () => {
    const draft = draftFrom({})
    draft.where.conditions = [{ ...newCondition('from'), value: '  x.example ' }, newCondition('subject'), newGroup()]
    const filter = filterOf({ ...draft, receivedFrom: '2026-11-20T12:00', receivedTo: 'soon' })
    expect(filter).toEqual({
      where: { logic: 'and', conditions: [{ field: 'from', value: 'x.example' }] },
      receivedFrom: new Date('2026-11-20T12:00').toISOString(),
    })
  })

  it('reads its prefill from an address and ignores everything else in it', () => {
    const search = { filter: NESTED, name: 'Hunt: y', alertId: 'a' }
    expect(parseHuntPrefill(search)).toEqual({ filter: NESTED, name: 'Hunt: y' })
    expect(parseHuntPrefill({ filter: { where: 'everything' }, name: 7 })).toEqual({})
  })

  it('is named after what it looks for', () => {
    expect(nameOf(NESTED)).toBe('Hunt: x.example')
    expect(nameOf({ where: { logic: 'and', conditions: [] } })).toBe('Investigation')
  })
})

describe('what is asked of the server', () => {
  const draft = draftFrom({ filter: NESTED })

  it('is nothing as long as something it needs is missing', () => {
    expect(requestOf(draftFrom({}))).toBeUndefined()
    expect(requestOf({ ...draft, targets: 'groups' })).toBeUndefined()
    expect(requestOf({ ...draft, duration: 'until' })).toBeUndefined()
    expect(requestOf({ ...draft, duration: 'standing', quietDays: '0' })).toBeUndefined()
  })

  it('has whose mailboxes, how long and by which way', () => {
    expect(requestOf(draft)).toMatchObject({ targets: { kind: 'all' }, duration: { kind: 'once' }, method: 'auto' })
    const named = { users: 'ana@a.example, ben@a.example\n', groups: 'Finance team\n\nhr@a.example', departments: '' }
    expect(requestOf({ ...draft, named, targets: 'users', scan: true })).toMatchObject({
      targets: { users: ['ana@a.example', 'ben@a.example'] },
      method: 'scan',
    })
    expect(requestOf({ ...draft, named, targets: 'groups', duration: 'standing' })).toMatchObject({
      targets: { groups: ['Finance team', 'hr@a.example'] },
      duration: { kind: 'standing', quietDays: 14 },
    })
    expect(requestOf({ ...draft, duration: 'until', until: '2026-12-01T08:00' })).toMatchObject({
      duration: { kind: 'until', until: new Date('2026-12-01T08:00').toISOString() },
    })
  })
})

describe('a refusal', () => {
  const draft = draftFrom({ filter: NESTED })
  const refusal = (problems: { path: string; message: string }[]) =>
    ({ code: 'REQUEST_INVALID', problems }) as Parameters<typeof placeProblems>[1]

  it('stands at the condition it concerns, counted as the server counts what was sent', () => {
    draft.where.conditions.unshift(newCondition('subject'))
    const placed = placeProblems(
      draft,
      refusal([
        { path: 'where.conditions[1].conditions[0]', message: 'No host.' },
        { path: 'receivedTo', message: 'No date.' },
      ]),
    )
    const group = draft.where.conditions[2]!
    expect([...placed.parts]).toEqual([['conditions' in group && group.conditions[0]!.id, 'No host.']])
    expect(placed).toMatchObject({ receivedTo: 'No date.', elsewhere: false })
  })

  it('of the targets stands at the targets, any other on the page', () => {
    const unknown = { code: 'INVESTIGATION_TARGET_UNKNOWN', why: 'No group X.' }
    expect(placeProblems(draft, unknown as Parameters<typeof placeProblems>[1])).toEqual({
      ...NO_PROBLEMS,
      targets: 'No group X.',
    })
    expect(placeProblems(draft, refusal([{ path: 'body.name', message: 'Too long.' }])).elsewhere).toBe(true)
  })
})

describe('a filter being written', () => {
  it('changes one condition, however deep, and drops a group with its last condition', () => {
    const { where } = draftFrom({ filter: NESTED })
    const [, group] = where.conditions
    const [link, subject] = group && 'conditions' in group ? group.conditions : []
    const changed = changePart(where, link!.id, (part) => ({ ...part, value: 'worse.example' }))
    expect(groupOf(changed).conditions[1]).toMatchObject({ conditions: [{ value: 'worse.example' }, {}] })
    const without = changePart(
      changePart(where, link!.id, () => undefined),
      subject!.id,
      () => undefined,
    )
    expect(groupOf(without).conditions).toEqual([{ field: 'from', value: 'x.example' }])
  })

  it('may start only when a message must have something in particular to be a hit', () => {
    expect(narrows(NESTED.where)).toBe(true)
    expect(narrows({ logic: 'and', conditions: [] })).toBe(false)
    expect(narrows({ ...NESTED.where, logic: 'or' })).toBe(false)
    expect(narrows({ logic: 'and', conditions: [{ field: 'from', value: 'x', not: true }] })).toBe(false)
  })
})
