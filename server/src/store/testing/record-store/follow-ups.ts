import { expect, it } from 'vitest'

import type { Finding, FollowUp, MailPerson, UnreachedCopy } from '#domain/follow-up.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'

import { at, freshTenant, hit, investigation, mailbox } from './samples.ts'

const NO: Finding = { is: 'no', evidence: ['Sent Items has no reply.'] }
const YES: Finding = { is: 'yes', evidence: ['The mail is marked as “read”.', 'Nul \0.'] }

const person = (name: string, change: Partial<MailPerson> = {}): MailPerson => ({
  userPrincipalName: `${name}@fabrikam.example`,
  opened: NO,
  replied: NO,
  forwarded: NO,
  clicked: NO,
  ...change,
})
const copy = (recipient: string, change: Partial<UnreachedCopy> = {}): UnreachedCopy => ({
  foundBy: 'forward',
  hitId: 'a',
  recipient,
  internetMessageId: '<2@fabrikam.example>',
  reason: 'It is outside.',
  ...change,
})
const asked: FollowUp = { state: 'running', askedAt: at(1), copies: 0, unreached: 0, notes: [] }

export const followUpContract: Contract = (store) => {
  it('keeps people by name, the newest word about each, and counts who did what', async () => {
    const tenantId = freshTenant()
    await store().followUps.write(tenantId, 'i', [person('cas'), person('ana', { userId: 'u1', opened: NO })], [])
    await store().followUps.write(tenantId, 'i', [person('ana', { opened: YES, clicked: YES }), person('ben')], [])
    const people = await store().followUps.people(tenantId, 'i')
    expect(people.map(({ userPrincipalName }) => userPrincipalName.split('@')[0])).toEqual(['ana', 'ben', 'cas'])
    expect(people[0]).toEqual(
      person('ana', { opened: { ...YES, evidence: [YES.evidence[0]!, 'Nul \ufffd.'] }, clicked: people[0]!.clicked }),
    )
    expect(await store().followUps.people(tenantId, 'i', { limit: 1, offset: 1 })).toEqual([people[1]])
    const counted = { people: 3, opened: 1, replied: 0, forwarded: 0, clicked: 1 }
    expect(await store().followUps.count(tenantId, 'i')).toEqual(counted)
    const nobody = { people: 0, opened: 0, replied: 0, forwarded: 0, clicked: 0 }
    expect(await store().followUps.count(tenantId, 'other')).toEqual(nobody)
    expect(await store().followUps.count(freshTenant(), 'i')).toEqual(nobody)
  })

  it('lists the copies that could not be reached the last time', async () => {
    const tenantId = freshTenant()
    await store().followUps.write(tenantId, 'i', [], [copy('b@x.example'), copy('b@x.example'), copy('a@x.example')])
    expect(await store().followUps.unreached(tenantId, 'i')).toEqual([copy('a@x.example'), copy('b@x.example')])
    const meeting = copy('c@x.example', { foundBy: 'meeting', internetMessageId: '' })
    await store().followUps.write(tenantId, 'i', [], [meeting])
    expect(await store().followUps.unreached(tenantId, 'i')).toEqual([meeting])
    expect(await store().followUps.unreached(freshTenant(), 'i')).toEqual([])
  })

  it('adds hits once, to mailboxes that were searched and to others, and changes no outcome', async () => {
    const tenantId = freshTenant()
    const { id } = investigation(tenantId)
    await store().investigations.create(investigation(tenantId, { id }))
    const failed = mailbox(1, { state: 'failed', reason: '503', hits: 1 })
    await store().investigations.commitMailbox(tenantId, id, failed, [hit('a')])
    const copies = [
      hit('a', { foundBy: 'forward' }),
      hit('b', { foundBy: 'meeting' }),
      hit('c', { foundBy: 'reply', userId: 'user000002' }),
    ]
    expect(await store().investigations.addHits(tenantId, id, copies)).toBe(2)
    expect(await store().investigations.addHits(tenantId, id, copies)).toBe(0)
    expect(await store().investigations.hits(tenantId, id)).toEqual([hit('a'), copies[1], copies[2]])
    expect(await store().investigations.mailboxes(tenantId, id)).toEqual([{ ...failed, hits: 2 }])
    const counters = { hits: 3, mailboxesTotal: 1, mailboxesDone: 1, mailboxesFailed: 1 }
    expect(await store().investigations.read(tenantId, id)).toMatchObject(counters)
  })

  it('keeps how following stands, and names what is to be taken up again', async () => {
    const made = (['done', 'done', 'done', 'stopped', 'stopped'] as const).map((state) =>
      investigation(freshTenant(), { state }),
    )
    const states = ['waiting', 'running', 'done', 'waiting', 'running'] as const
    for (const [place, one] of made.entries()) {
      await store().investigations.create(one)
      const followUp = { ...asked, state: states[place]! }
      await store().investigations.note(one.tenantId, one.id, { followUp })
      expect(await store().investigations.read(one.tenantId, one.id)).toEqual({ ...one, followUp })
    }
    const open = new Set((await store().investigations.unfinished()).map(({ id }) => id))
    expect(made.map(({ id }) => open.has(id))).toEqual([true, true, false, false, true])
  })
}
