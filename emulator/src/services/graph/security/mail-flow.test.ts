import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createWorld } from '#world/world.ts'
import { deliveriesByMailbox, deliveriesTo, indexedDeliveries } from '#world/mail/deliveries.ts'
import { openCloud } from '#cloud.ts'
import type { Cloud } from '#cloud.ts'
import type { Delivery } from '#world/mail/deliveries.ts'

import { MailFlow, Unprepared } from './mail-flow.ts'

const EPOCH = Date.UTC(2026, 10, 20, 8)
const folder = mkdtempSync(join(tmpdir(), 'mail-flow-'))
let cloud: Cloud

beforeAll(() => {
  const birth = { seed: 7, organization: 'small', epoch: EPOCH, tenants: 1, frozen: true, scenarios: [] } as const
  const world = createWorld(birth.seed, birth.epoch, birth.organization)
  cloud = openCloud(folder, birth, [{ world, applications: [], live: 'off' }])
})

afterAll(() => {
  cloud.close()
  rmSync(folder, { recursive: true })
})

const everything = { from: 0, to: EPOCH + 1 }
const namesOf = (deliveries: Iterable<Delivery>) =>
  [...deliveries]
    .map(({ networkMessageId, recipient, at }) => `${networkMessageId} ${recipient.address} ${at}`)
    .toSorted()

describe('The flow of mail', () => {
  it('is the same by mailbox, by index and by recipient', async () => {
    const [tenant] = cloud.tenants
    const ask = await indexedDeliveries(tenant!)
    const byMailbox = [...deliveriesByMailbox(tenant!, everything)]
    expect(byMailbox.length).toBeGreaterThan(1000)
    expect(namesOf(ask(everything))).toEqual(namesOf(byMailbox))
    const person = tenant!.world.directory.at(3)
    const own = byMailbox.filter(({ recipient }) => recipient.person === person)
    expect(namesOf(deliveriesTo(tenant!, person))).toEqual(namesOf(own))
  })

  it('asks for the index only where mailboxes are not named', async () => {
    const [tenant] = cloud.tenants
    const flow = new MailFlow(tenant!)
    const address = tenant!.world.directory.at(3).userPrincipalName
    expect([...flow.find({ ...everything, recipients: new Set([address]) })].length).toBeGreaterThan(10)
    expect(() => [...flow.find(everything)]).toThrow(Unprepared)
    await flow.prepare()
    expect([...flow.find(everything)].length).toBeGreaterThan(1000)
  })
})
