import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { createWorld } from '#world/world.ts'
import { openCloud } from '#cloud.ts'
import type { Cloud, Tenant } from '#cloud.ts'

import { addressOf } from './addresses.ts'
import { deliveries } from './deliveries.ts'
import { freshItem, send } from './delivery.ts'
import { inboxRules, ruleId, ruleKey } from './rules.ts'
import { mailboxStates } from './mailbox-state.ts'
import type { MailboxState } from './mailbox-state.ts'
import type { RuleActions } from './rules.ts'

let folder: string
let cloud: Cloud
let tenant: Tenant

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'm365-emulator-'))
  cloud = open()
  tenant = cloud.tenants[0]!
})
afterEach(() => {
  cloud.close()
  rmSync(folder, { recursive: true })
})

const EPOCH = Date.parse('2026-11-20T14:00:00Z')

function open(): Cloud {
  const world = createWorld(42, EPOCH, 'small')
  const birth = { seed: 42, organization: 'small', epoch: EPOCH, tenants: 1, frozen: true, scenarios: [] } as const
  return openCloud(folder, birth, [{ world, applications: [], live: 'off' }])
}

const person = (index: number) => tenant.world.directory.at(index)
const mail = (subject: string, ...to: number[]) => {
  const item = {
    ...freshItem(tenant, person(1)),
    subject,
    text: 'Hello',
    to: to.map((index) => addressOf(person(index))),
  }
  send(tenant, 'app', item, person(1))
}
const where = (index: number, subject: string) =>
  tenant
    .mailbox(person(index))!
    .messages.filter(({ item }) => item.subject === subject)
    .map((message) => message.folder)
const set = (index: number, change: Partial<MailboxState>) => {
  const states = tenant.objects(mailboxStates)
  states.put(person(index).id, { ...states.find(person(index).id)!, ...change })
}
const rule = (index: number, isHidden: boolean, actions: RuleActions) => {
  const id = ruleId('test', index)
  const made = { id, displayName: 'r', sequence: 9, isEnabled: true, isReadOnly: false, hasError: false, isHidden }
  tenant.objects(inboxRules).put(ruleKey(person(index), id), { ...made, conditions: {}, exceptions: {}, actions })
}

describe('delivery', () => {
  it('goes by forwarding that was set on the mailbox, which keeps a copy only if told to', () => {
    set(2, { forwardingSmtpAddress: person(3).userPrincipalName })
    mail('Gone', 2)
    expect([where(2, 'Gone'), where(3, 'Gone')]).toEqual([[], ['inbox']])
    set(2, { deliverToMailboxAndForward: true })
    mail('Kept', 2)
    expect([where(2, 'Kept'), where(3, 'Kept')]).toEqual([['inbox'], ['inbox']])
    expect(where(1, 'Kept')).toEqual(['sentitems'])
  })

  it('ends where two mailboxes forward to each other', () => {
    set(2, { forwardingAddress: person(3).userPrincipalName })
    set(3, { forwardingAddress: person(2).userPrincipalName })
    mail('Ping', 2)
    expect(where(2, 'Ping').length + where(3, 'Ping').length).toBeLessThan(5)
  })

  it('to outside is known to the flow of mail, also where a rule sent it on and no copy is kept', async () => {
    const drop = { name: 'Drop', address: 'drop@elsewhere.example' }
    rule(4, false, { forwardTo: [drop] })
    mail('Secret', 4)
    const window = { from: EPOCH - 3_600_000, to: EPOCH + 1, sender: person(4).userPrincipalName }
    const found: string[] = []
    for await (const { subject, recipient, location } of deliveries(tenant, window))
      if (recipient.address === drop.address) found.push(`${subject} ${location}`)
    expect(found).toEqual(['FW: Secret external'])
  })

  it('goes by hidden rules as by others', () => {
    rule(4, true, { delete: true })
    mail('Hidden', 4)
    expect(where(4, 'Hidden')).toEqual(['deleteditems'])
  })

  it('finds people by every address they have, and gives each one copy', () => {
    const alias = person(5).userPrincipalName.replace(tenant.world.domain, tenant.world.initialDomain.toUpperCase())
    const item = {
      ...freshItem(tenant, person(1)),
      subject: 'Twice',
      to: [{ name: '', address: alias }, addressOf(person(5))],
    }
    send(tenant, 'app', item, undefined)
    expect(where(5, 'Twice')).toHaveLength(1)
  })

  it('is there again after a restart, with its content', () => {
    const file = { name: 'a.txt', contentType: 'text/plain', content: Buffer.from('abc') }
    const item = {
      ...freshItem(tenant, person(1)),
      subject: 'Lasting',
      to: [addressOf(person(6))],
      attachments: [file],
    }
    send(tenant, 'app', item, person(1))
    const { id } = tenant.mailbox(person(6))!.messages.find((message) => message.item.subject === 'Lasting')!
    cloud.close()
    cloud = open()
    tenant = cloud.tenants[0]!
    expect(tenant.mailbox(person(6))!.find(id)!.item.attachments[0]!.content.toString()).toBe('abc')
  })
})
