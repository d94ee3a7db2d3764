import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { openExchangeDoor } from '#connect/testing/emulated-exchange.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'
import type { MailTargets } from '#domain/investigation.ts'
import { allOf } from '#domain/mail-filter.ts'
import { createInvestigation } from '#investigate/investigation.ts'
import type { RecordStore } from '#store/record-store.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { runInvestigation } from './engine.ts'
import { estimateInvestigation } from './estimate.ts'
import { testMailSource } from './testing/test-mail-source.ts'

testMailSource('An Exchange server on premises', (emulator) => openExchangeDoor(emulator))

const Truth = z.object({
  internetMessageId: z.string(),
  recipients: z.array(z.object({ userPrincipalName: z.string() })),
})

describe('an investigation on premises', () => {
  let emulator: Emulator
  let records: RecordStore
  let door: Microsoft & { close(): Promise<void> }
  let truth: z.infer<typeof Truth>
  let addresses: string[]

  beforeAll(async () => {
    ;[emulator, records] = await Promise.all([startEmulator(['--no-live']), openTemporaryRecords()])
    truth = Truth.parse(await emulator.request('/ground-truth/phish'))
    addresses = truth.recipients.map(({ userPrincipalName }) => userPrincipalName)
    door = await openExchangeDoor(emulator, { mailboxes: addresses })
    await records.tenants.ensure(door.tenantId, 'Emulated')
  })
  afterAll(async () => {
    await door?.close()
    await Promise.all([emulator?.stop(), records?.close()])
  })

  async function hunt(targets: MailTargets, microsoft: Microsoft = door) {
    const { tenantId } = microsoft
    const filter = allOf({ 'internet-message-id': truth.internetMessageId })
    const how = { method: 'auto', duration: { kind: 'once' } } as const
    const request = { tenantId, connectionId: 'one', name: 'Hunt', filter, targets, ...how, createdBy: 'ana' }
    const { id } = await createInvestigation(records, systemClock, request)
    const investigation = await runInvestigation({ records, microsoft, tenantId, id, clock: systemClock })
    const hits = await records.investigations.hits(tenantId, id)
    return { investigation, hits, mailboxes: await records.investigations.mailboxes(tenantId, id) }
  }

  it('searches the mailboxes that the connection lists, and asks no records of deliveries', async () => {
    const { investigation, hits } = await hunt({ kind: 'all' })
    expect(investigation).toMatchObject({ state: 'done', mailboxesTotal: 23, mailboxesFailed: 0, hits: 23 })
    expect(investigation.finding).toBeUndefined()
    expect(hits.map(({ userPrincipalName }) => userPrincipalName).sort()).toEqual(addresses.toSorted())
  })

  it('says of an address without a mailbox that it has none, and of a name that it is no address', async () => {
    const { investigation, mailboxes } = await hunt({
      kind: 'users',
      users: [addresses[0]!, 'nobody@harborfinch.example', 'CONTOSO\\ana'],
    })
    expect(investigation).toMatchObject({ state: 'done', hits: 1 })
    const states = mailboxes.map(({ userId, state }) => [userId, state])
    expect(states.toSorted()).toEqual(
      [
        ['contoso\\ana', 'failed'],
        [addresses[0]!.toLowerCase(), 'searched'],
        ['nobody@harborfinch.example', 'no-mailbox'],
      ].toSorted(),
    )
    expect(mailboxes.find(({ state }) => state === 'no-mailbox')!.reason).toContain('ErrorNonExistentMailbox')
  })

  it('fails at once, and says why, where nobody told which mailboxes there are', async () => {
    const unlisted = await openExchangeDoor(emulator)
    const { investigation } = await hunt({ kind: 'all' }, unlisted)
    expect(investigation.state).toBe('failed')
    expect(investigation.failure).toContain('lists no mailboxes')
    await unlisted.close()
  })

  it('is estimated by the mailboxes that are listed', async () => {
    const filter = allOf({ 'internet-message-id': truth.internetMessageId })
    const estimate = await estimateInvestigation(door, systemClock, { filter, targets: { kind: 'all' } })
    expect(estimate).toMatchObject({ mailboxes: 23, reads: 'envelopes' })
  })
})
