import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

import type { GraphMessage } from '#connect/apis/graph/mail.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import type { InvestigationMailbox, MailTargets } from '#domain/investigation.ts'
import { allOf, type MailFilter } from '#domain/mail-filter.ts'
import { isWithoutMailbox } from '#investigate/mail/engine.ts'
import { evaluate } from '#investigate/mail/evaluate.ts'
import { cleanFilter } from '#investigate/mail/filter.ts'
import { scanMailbox } from '#investigate/mail/scan.ts'
import { sourceOf } from '#investigate/mail/source-of.ts'
import type { CandidateWish, Listing, MailboxOwner, MailSource } from '#investigate/mail/source.ts'
import { parseMail } from '#mail/parse-mail.ts'

type Door = Microsoft & { close(): Promise<void> }

const Truth = z.object({
  internetMessageId: z.string(),
  networkMessageId: z.string(),
  sender: z.string(),
  subject: z.string(),
  recipients: z.array(z.object({ userPrincipalName: z.string(), folder: z.string() })),
})

/** What every {@link MailSource} keeps, tried on the emulated company through the door that `openDoor` opens to it. */
export function testMailSource(name: string, openDoor: (emulator: Emulator) => Promise<Door>): void {
  describe(`${name} as a source of mail`, () => {
    let emulator: Emulator
    let door: Door
    let source: MailSource
    let truth: z.infer<typeof Truth>

    beforeAll(async () => {
      emulator = await startEmulator(['--no-live'])
      door = await openDoor(emulator)
      source = sourceOf(door)
      truth = Truth.parse(await emulator.request('/ground-truth/phish'))
    })
    beforeEach(() => emulator.request('/reset', {}))
    afterAll(async () => {
      await door?.close()
      await emulator?.stop()
    })

    const owner = (address: string): MailboxOwner => ({ userId: address.toLowerCase(), userPrincipalName: address })
    const recipient = (folder: string) => truth.recipients.find((each) => each.folder === folder)!.userPrincipalName
    const scan = (address: string, filter: MailFilter, brief = false) =>
      scanMailbox({
        microsoft: door,
        investigationId: 'i',
        filter: cleanFilter(filter),
        mailbox: owner(address),
        brief,
      })
    const thePhish = () => allOf({ 'internet-message-id': truth.internetMessageId })

    async function read(listing: Listing): Promise<Map<string, GraphMessage>> {
      const all = new Map<string, GraphMessage>()
      for await (const page of listing) for (const message of page) all.set(message.id, message)
      return all
    }

    async function candidates(address: string, wish: CandidateWish) {
      const { inFolders, recoverable } = await source.open(owner(address)).candidates(wish)
      return { inFolders: await read(inFolders), recoverable: await read(recoverable) }
    }

    /** Every message that is a hit, each of the mailbox's read whole: slow, and certain. */
    async function certain(address: string, filter: MailFilter): Promise<string[]> {
      const mailbox = source.open(owner(address))
      const all = await candidates(address, { filter: EVERYTHING })
      const hits: string[] = []
      for (const envelope of [...all.inFolders.values(), ...all.recoverable.values()]) {
        const mail = await parseMail((await mailbox.mime(envelope.id))!)
        if (evaluate(cleanFilter(filter), { envelope, mail }).is === 'hit') hits.push(envelope.id)
      }
      return hits.sort()
    }

    it('lists the mailboxes that were named, each once, and says which is none', async () => {
      const addresses = truth.recipients.slice(0, 3).map(({ userPrincipalName }) => userPrincipalName)
      const users = [...addresses, ` ${addresses[0]!} `, 'nobody at all', '']
      const rows: InvestigationMailbox[] = []
      for await (const page of source.mailboxes({ kind: 'users', users })) rows.push(...page)
      const waiting = rows.filter(({ state }) => state === 'waiting')
      expect(waiting.map(({ userPrincipalName }) => userPrincipalName).sort()).toEqual(addresses.toSorted())
      const [failed, ...more] = rows.filter(({ state }) => state !== 'waiting')
      expect(more).toEqual([])
      expect(failed).toMatchObject({ state: 'failed', userPrincipalName: 'nobody at all' })
      expect(failed!.reason).toBeTruthy()
    })

    it('refuses a group that it does not know', async () => {
      const unknown = expect.objectContaining({ code: 'INVESTIGATION_TARGET_UNKNOWN' })
      const groups: MailTargets = { kind: 'groups', groups: ['No such group'] }
      await expect(source.mailboxes(groups).next()).rejects.toThrow(unknown)
      await expect(source.countMailboxes(groups)).rejects.toThrow(unknown)
    })

    it('finds the phish in the folder where it lies, in every mailbox that got it', async () => {
      for (const { userPrincipalName, folder } of truth.recipients) {
        const { hits, reason } = await scan(userPrincipalName, thePhish())
        expect(reason).toBeUndefined()
        expect(hits).toMatchObject([
          { folderName: folder, subject: truth.subject, sender: truth.sender, userPrincipalName },
        ])
      }
    })

    it.each<[string, () => MailFilter]>([
      ['sender', () => allOf({ from: truth.sender.toUpperCase() })],
      ['sender’s domain', () => allOf({ from: truth.sender.split('@')[1]! })],
      ['recipient', () => allOf({ to: recipient('Inbox') })],
      ['piece of the subject', () => allOf({ subject: truth.subject.slice(1, -1).toLowerCase() })],
      ['Exchange’s own ID', () => allOf({ 'network-message-id': truth.networkMessageId })],
      ['words of the body and dates', () => ({ ...allOf({ body: 'the' }), ...lastDays() })],
      [
        'what must not be',
        () => ({ where: { logic: 'and', conditions: [BODY, { ...THE, not: true }] }, ...lastDays() }),
      ],
      [
        'alternatives, one of which nobody can ask',
        () => ({
          where: {
            logic: 'or',
            conditions: [
              { field: 'internet-message-id', value: truth.internetMessageId },
              { field: 'attachment-extension', value: 'pdf' },
            ],
          },
        }),
      ],
      [
        'alternatives of which each can be asked',
        () => ({
          where: {
            logic: 'or',
            conditions: [
              { field: 'internet-message-id', value: truth.internetMessageId },
              {
                logic: 'and',
                conditions: [
                  { field: 'subject', value: 'e' },
                  { field: 'from', value: truth.sender },
                ],
              },
            ],
          },
        }),
      ],
    ])('passes over no message that is a hit by %s', async (_, filterOf) => {
      const address = recipient('Inbox')
      const expected = await certain(address, filterOf())
      expect(expected.length).toBeGreaterThan(0)
      for (const brief of [false, true]) {
        const { hits, reason } = await scan(address, filterOf(), brief)
        expect(reason).toBeUndefined()
        expect(hits.map(({ messageId }) => messageId).sort()).toEqual(expected)
      }
    })
    const BODY = { field: 'body', value: 'e' } as const
    const THE = { field: 'subject', value: 'the' } as const
    const lastDays = () => ({ receivedFrom: new Date(Date.now() - 20 * 86_400_000).toISOString() })

    it('finds what the user deleted and can still bring back', async () => {
      const address = recipient('Inbox')
      await deleteByUser(address)
      const { inFolders, recoverable } = await candidates(address, { filter: cleanFilter(thePhish()) })
      expect([inFolders.size, recoverable.size]).toEqual([0, 1])
      const { hits } = await scan(address, thePhish())
      expect(hits).toMatchObject([{ folderName: 'Recoverable Items' }])
    })

    /** Through Graph, whichever way the source reads. */
    async function deleteByUser(address: string): Promise<void> {
      const user = emulator.client()
      const [hit] = (
        await scanMailbox({ microsoft: user, investigationId: 'i', filter: thePhish(), mailbox: owner(address) })
      ).hits
      await user.send({
        api: 'graph',
        method: 'POST',
        path: `/v1.0/users/${address}/messages/${hit!.messageId}/move`,
        headers: { Prefer: 'IdType="ImmutableId"' },
        body: { destinationId: 'recoverableitemsdeletions' },
        what: 'The user failed to delete.',
      })
    }

    it('reads a message whole, and knows when it has gone', async () => {
      const address = recipient('Inbox')
      const [hit] = (await scan(address, thePhish())).hits
      const mailbox = source.open(owner(address))
      expect((await mailbox.mime(hit!.messageId))!.toString()).toContain(truth.internetMessageId)
      expect(await mailbox.mime(`${hit!.messageId.slice(0, -12)}AAAAAAAAAAA=`)).toBeUndefined()
    })

    it('tells an address without a mailbox from one that cannot be read', async () => {
      const error = await scan('nobody@harborfinch.example', thePhish()).catch((thrown: unknown) => thrown)
      expect(isWithoutMailbox(error)).toBe(true)
    })

    it('ends when it is told to', async () => {
      const stop = AbortSignal.abort(new Error('stopped'))
      const mailbox = source.open(owner(recipient('Inbox')), stop)
      const reading = async () => read((await mailbox.candidates({ filter: EVERYTHING })).inFolders)
      await expect(reading()).rejects.toThrow('stopped')
    })
  })
}

const EVERYTHING: MailFilter = { where: { logic: 'and', conditions: [{ field: 'regex', value: '.' }] } }
