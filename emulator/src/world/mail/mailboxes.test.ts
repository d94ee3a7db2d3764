import { describe, expect, it } from 'vitest'

import { createWorld } from '#world/world.ts'
import type { Recorded } from '#world/changes.ts'

import { EVERYDAY_MAIL } from './everyday.ts'
import { Mailboxes } from './mailboxes.ts'
import { foldersOf } from './folders.ts'

const world = createWorld(42, Date.parse('2026-11-20T14:00:00Z'), 'medium')
const open = () => new Mailboxes(world, EVERYDAY_MAIL, (person) => foldersOf(world, person))
const move = (mailbox: string, item: string, number: number): Recorded & { type: 'message.moved' } => ({
  type: 'message.moved',
  mailbox,
  item,
  to: 'archive',
  operation: 'Move',
  appId: 'a',
  tenant: world.tenantId,
  at: world.epoch,
  number,
})

describe('the mailboxes of a tenant', () => {
  it('are forgotten when nobody changed them, and are the same when asked for again', () => {
    const mailboxes = open()
    const person = world.directory.at(5)
    const first = mailboxes.of(person)!
    const before = first.messages.map(({ id, item }) => [id, item.subject])
    for (let index = 10; index < 200; index++) mailboxes.of(world.directory.at(index))
    const again = mailboxes.of(person)!
    expect(again).not.toBe(first)
    expect(again.messages.map(({ id, item }) => [id, item.subject])).toEqual(before)
  })

  it('keep their changes for ever, also while the rest is computed again', () => {
    const mailboxes = open()
    const person = world.directory.at(5)
    const { item } = mailboxes.of(person)!.messages.find(({ folder }) => folder === 'inbox')!
    mailboxes.apply(move(person.id, item.key, 1))
    const { id, folder } = mailboxes.of(person)!.message(item.key)!
    expect(folder).toBe('archive')
    for (let index = 10; index < 200; index++) mailboxes.of(world.directory.at(index))
    expect(mailboxes.of(person)!.find(id)!.item.key).toBe(item.key)
    expect([...mailboxes.touched]).toHaveLength(1)
  })

  it('know a message by the id it has now and by no earlier one', () => {
    const mailboxes = open()
    const person = world.directory.at(6)
    const [message] = mailboxes.of(person)!.messages
    expect(mailboxes.of(person)!.find(message!.id)).toBe(message)
    mailboxes.apply(move(person.id, message!.item.key, 1))
    expect(mailboxes.of(person)!.find(message!.id)).toBeUndefined()
    expect(mailboxes.of(person)!.find(message!.immutableId)!.folder).toBe('archive')
  })
})

describe('everyday mail', () => {
  it('has many scripts, languages and kinds of files', () => {
    const items = Array.from({ length: 150 }, (_, index) =>
      EVERYDAY_MAIL.flatMap((source) => source(world, world.directory.at(index))),
    ).flat()
    const scripts = [
      /\p{Script=Cyrillic}/u,
      /\p{Script=Han}/u,
      /\p{Script=Hebrew}/u,
      /\p{Script=Arabic}/u,
      /\p{Script=Hiragana}/u,
    ]
    for (const script of scripts) expect(items.some(({ text }) => script.test(text))).toBe(true)
    const kinds = new Set(items.flatMap(({ attachments }) => attachments.map(({ name }) => name.split('.').at(-1))))
    for (const kind of ['pdf', 'docx', 'csv', 'zip', 'html', 'ics', 'png']) expect(kinds).toContain(kind)
    expect(items.some(({ attachments }) => attachments.some(({ item }) => item))).toBe(true)
    expect(items.filter(({ meeting }) => meeting).length).toBeGreaterThan(100)
    const unsubscribe = items.filter(({ headers }) => headers?.some(([name]) => name === 'List-Unsubscribe'))
    expect(unsubscribe.length).toBeGreaterThan(300)
    expect(items.some(({ text }) => text.includes('safelinks.protection.outlook.com'))).toBe(true)
    expect(Math.max(...items.map(({ receivedAt }) => receivedAt))).toBeLessThan(world.epoch)
  })

  it('says the size of a file without making it, and makes it of that size', () => {
    const files = Array.from({ length: 80 }, (_, index) =>
      EVERYDAY_MAIL.flatMap((source) => source(world, world.directory.at(index))).flatMap((item) => item.attachments),
    ).flat()
    const sized = files.filter(({ size }) => size !== undefined)
    expect(sized.length).toBeGreaterThan(100)
    expect(Math.max(...sized.map(({ size }) => size!))).toBeGreaterThan(500_000)
    for (const { size, content } of sized.slice(0, 60)) expect(content).toHaveLength(size!)
    expect(sized[0]!.content.equals(sized[0]!.content)).toBe(true)
  })
})
