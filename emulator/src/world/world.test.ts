import { describe, expect, it } from 'vitest'

import { broadcasts } from '#world/mail/broadcasts.ts'
import { campaignOf } from '#scenarios/phish-campaign/campaign.ts'
import { correspondence } from '#world/mail/correspondence.ts'
import { hasMailbox } from '#world/directory.ts'
import { SCENARIOS } from '#scenarios/index.ts'
import { threads } from '#world/mail/threads.ts'

import { MAILBOXES, createWorld, isOrganization } from './world.ts'
import type { Person } from './directory.ts'
import type { World } from './world.ts'

const EPOCH = Date.parse('2026-11-20T14:00:00Z')
const world = createWorld(42, EPOCH, 'small')

const mailOf = (of: World, index: number) =>
  [threads, broadcasts, correspondence, ...SCENARIOS.map(({ mail }) => mail)].flatMap((source) =>
    source(of, of.directory.at(index)),
  )

describe('the made-up company', () => {
  it('has over two hundred user mailboxes, shared mailboxes, guests and users without a licence, all with distinct names', () => {
    const people = [...world.directory.all()]
    const count = (kind: string) => people.filter((person) => person.kind === kind).length
    expect([count('user'), count('shared'), count('guest'), count('unlicensed')]).toEqual([220, 6, 2, 3])
    expect(new Set(people.map(({ userPrincipalName }) => userPrincipalName)).size).toBe(people.length)
    expect(new Set(people.map(({ id }) => id)).size).toBe(people.length)
  })

  it('has exactly the number of mailboxes asked for, at any size, with distinct names', () => {
    for (const mailboxes of [MAILBOXES.fewest, 333, 10_000]) {
      const { directory } = createWorld(7, EPOCH, mailboxes)
      const people = [...directory.all()]
      expect(people.filter((person) => hasMailbox(person)).length).toBe(mailboxes)
      expect(new Set(people.map(({ userPrincipalName }) => userPrincipalName)).size).toBe(people.length)
      expect(directory.mailboxes).toBe(mailboxes)
    }
    expect([199, 100_001, 250.5, 'huge', null].filter(isOrganization)).toEqual([])
  })

  it('has managers who lead back to one person', () => {
    const topOf = (person: Person, steps = 0): number =>
      person.manager === null || steps > 5 ? person.index : topOf(world.directory.at(person.manager), steps + 1)
    const workers = [...world.directory.all()].filter(({ department }) => department !== null)
    expect([...new Set(workers.map((person) => topOf(person)))]).toEqual([0])
  })

  it('is the same for the same seed and epoch, and another for another seed', () => {
    const again = createWorld(42, EPOCH, 'small')
    const other = createWorld(43, EPOCH, 'small')
    expect([...again.directory.all()]).toEqual([...world.directory.all()])
    expect(mailOf(again, 17)).toEqual(mailOf(world, 17))
    expect(other.tenantId).not.toBe(world.tenantId)
    expect(mailOf(other, 17)).not.toEqual(mailOf(world, 17))
  })

  it('finds a person by id and by name in any case', () => {
    const person = world.directory.at(30)
    expect(world.directory.find(person.id.toUpperCase())).toBe(person)
    expect(world.directory.find(person.userPrincipalName.toUpperCase())).toBe(person)
    expect(world.directory.find('nobody@harborfinch.example')).toBeUndefined()
  })
})

describe('its mail', () => {
  it('fills every mailbox with dozens of messages, each with a key of its own, none later than the epoch', () => {
    for (const person of world.directory.all()) {
      if (person.kind !== 'user') continue
      const items = mailOf(world, person.index)
      expect(items.length).toBeGreaterThan(24)
      expect(new Set(items.map(({ key }) => key)).size).toBe(items.length)
      expect(Math.max(...items.map(({ receivedAt }) => receivedAt))).toBeLessThan(EPOCH)
    }
  })

  it('puts a message between colleagues into both their mailboxes under one message id', () => {
    const sent = mailOf(world, 12).filter(({ folder, key }) => folder === 'sentitems' && key.startsWith('thread.'))
    expect(sent.length).toBeGreaterThan(0)
    for (const message of sent) {
      const recipient = world.directory.find(message.to[0]!.address)!
      const received = mailOf(world, recipient.index).filter(
        (item) => item.internetMessageId === message.internetMessageId,
      )
      expect(received.map(({ folder }) => folder)).not.toContain('sentitems')
      expect(received).toHaveLength(1)
    }
  })

  it('delivers the phish to exactly 23 mailboxes, two of them not in the inbox, one of them shared', () => {
    const campaign = campaignOf(world)
    const holders = [...world.directory.all()]
      .filter(hasMailbox)
      .flatMap(({ index }) => mailOf(world, index))
      .filter((item) => item.internetMessageId === campaign.internetMessageId)
    expect(holders).toHaveLength(23)
    expect(
      holders
        .filter(({ folder }) => folder !== 'inbox')
        .map(({ folder }) => folder)
        .sort(),
    ).toEqual(['junkemail', 'user:Invoices'])
    expect(campaign.recipients.filter(({ kind }) => kind === 'shared')).toHaveLength(1)
    expect(new Set(holders.map(({ subject, from }) => `${subject} ${from.address}`)).size).toBe(1)
  })

  it('has honest mail that looks like the phish, with other message ids', () => {
    const { internetMessageId } = campaignOf(world)
    const alike = [...world.directory.all()]
      .filter(hasMailbox)
      .flatMap(({ index }) => mailOf(world, index))
      .filter(({ subject }) => /payroll/i.test(subject))
      .filter((item) => item.internetMessageId !== internetMessageId)
    expect(alike.length).toBeGreaterThan(50)
  })
})
