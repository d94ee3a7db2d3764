import { randomUUID } from 'node:crypto'

import { z } from 'zod'

import { GraphMessage, IMMUTABLE_IDS, messageEnvelopeUrl, messageUrl } from '#connect/apis/graph/mail.ts'
import { createMicrosoft } from '#connect/create-microsoft.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { startEmulator } from '#connect/testing/start-emulator.ts'
import { isoTime, systemClock, type Clock } from '#domain/clock.ts'
import { stableId, type TenantId } from '#domain/ids.ts'
import type { MailHit } from '#domain/investigation.ts'
import type { RecordStore } from '#store/record-store.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

/** What an action is tried on: the emulated company with its phish, and an investigation that has found it. */
export interface Stage {
  records: RecordStore
  /** May read and change mail. */
  microsoft: Microsoft
  /** May read mail only. */
  readOnly: Microsoft
  tenantId: TenantId
  clock: Clock
  investigationId: string
  /** One in each of 23 mailboxes. */
  hits: MailHit[]
  /** The emulated world as it was at first, without faults. */
  reset(): Promise<void>
  strike(fault: { match?: Record<string, unknown>; do: Record<string, unknown> }): Promise<void>
  /** How often faults have struck. */
  struck(): Promise<number>
  /** Requests so far that the emulator carried out, by method and regular expression on the path. */
  requestsTo(method: string, path: string): Promise<number>
  /** Display name of the folder that the message lies in, read apart from the code under test. */
  placeOf(hit: MailHit): Promise<string>
  /** What the user does meanwhile. */
  move(hit: MailHit, folder: string): Promise<void>
  purge(hit: MailHit): Promise<void>
  /** From now on the user's mailbox answers with faults only. */
  hide(hit: MailHit): Promise<void>
  close(): Promise<void>
}

const Truth = z.object({
  internetMessageId: z.string(),
  sender: z.string(),
  subject: z.string(),
  recipients: z.array(
    z.object({ userId: z.string(), userPrincipalName: z.string(), immutableId: z.string(), folder: z.string() }),
  ),
})

const Journal = z.object({ entries: z.array(z.object({ method: z.string(), url: z.string(), status: z.number() })) })

const Faults = z.object({ rules: z.array(z.object({ struck: z.number() })) })

/** Starts the emulator and an embedded store; a second or two. */
export async function openStage(): Promise<Stage> {
  const [emulator, records] = await Promise.all([startEmulator(), openTemporaryRecords()])
  const tenant = emulator.tenants[0]!
  const [microsoft, readOnly] = tenant.applications.slice(0, 2).map(({ clientId, secret = '' }) =>
    createMicrosoft({
      tenantId: tenant.id,
      clientId,
      credential: { kind: 'secret', secret },
      cloud: emulator.cloud,
      clock: systemClock,
      wait: async () => {},
    }),
  ) as [ReturnType<typeof createMicrosoft>, ReturnType<typeof createMicrosoft>]
  const truth = Truth.parse(await emulator.request('/ground-truth/phish'))
  const investigationId = randomUUID()

  async function found(recipient: z.infer<typeof Truth>['recipients'][number]): Promise<MailHit> {
    const { userId, userPrincipalName, immutableId, folder } = recipient
    const path = `/v1.0${messageEnvelopeUrl(userId, immutableId)}`
    const what = 'Could not prepare the stage.'
    const message = await readOnly.json({ api: 'graph', path, headers: IMMUTABLE_IDS, what }, GraphMessage)
    return {
      id: stableId(investigationId, userId, immutableId),
      userId,
      userPrincipalName,
      messageId: immutableId,
      internetMessageId: truth.internetMessageId,
      subject: truth.subject,
      sender: truth.sender,
      receivedAt: message.receivedDateTime!,
      folderId: message.parentFolderId,
      folderName: folder,
      isRead: false,
      hasAttachments: false,
    }
  }

  const hits = await Promise.all(truth.recipients.map(found))
  await writeInvestigation(records, tenant.id, investigationId, hits)

  const act = async (hit: MailHit, verb: string, body?: unknown): Promise<void> => {
    const path = `/v1.0${messageUrl(hit.userId, hit.messageId)}/${verb}`
    await microsoft.send({
      api: 'graph',
      method: 'POST',
      path,
      headers: IMMUTABLE_IDS,
      body,
      what: `The user failed to ${verb}.`,
    })
  }
  return {
    records,
    microsoft,
    readOnly,
    tenantId: tenant.id,
    clock: systemClock,
    investigationId,
    hits,
    async reset() {
      await emulator.request('/reset', {})
    },
    async strike(fault) {
      await emulator.request('/faults', fault)
    },
    async struck() {
      return Faults.parse(await emulator.request('/faults')).rules.reduce((sum, rule) => sum + rule.struck, 0)
    },
    async requestsTo(method, path) {
      const { entries } = Journal.parse(await emulator.request('/journal?limit=100000'))
      const pattern = new RegExp(path)
      return entries.filter((entry) => entry.method === method && entry.status < 300 && pattern.test(entry.url)).length
    },
    async placeOf({ userId, messageId }) {
      const recipient = Truth.parse(await emulator.request('/ground-truth/phish')).recipients.find(
        (each) => each.userId === userId,
      )
      return recipient?.immutableId === messageId ? recipient.folder : 'unknown'
    },
    move: (hit, destinationId) => act(hit, 'move', { destinationId }),
    purge: (hit) => act(hit, 'permanentDelete'),
    async hide({ userId }) {
      await emulator.request('/faults', { match: { path: `/users/${userId}/` }, do: { status: 500 } })
    },
    async close() {
      await Promise.all([microsoft.close(), readOnly.close()])
      await Promise.all([emulator.stop(), records.close()])
    },
  }
}

async function writeInvestigation(
  records: RecordStore,
  tenantId: TenantId,
  id: string,
  hits: readonly MailHit[],
): Promise<void> {
  await records.tenants.ensure(tenantId, 'Emulated')
  const now = isoTime(systemClock.now())
  await records.investigations.create({
    id,
    tenantId,
    connectionId: randomUUID(),
    name: 'The phish',
    filter: { internetMessageId: hits[0]!.internetMessageId },
    targets: { kind: 'all' },
    state: 'done',
    mailboxesTotal: 0,
    mailboxesDone: 0,
    mailboxesFailed: 0,
    hits: 0,
    createdBy: 'ana',
    createdAt: now,
  })
  for (const hit of hits) {
    const { userId, userPrincipalName } = hit
    const mailbox = {
      userId,
      userPrincipalName,
      displayName: userPrincipalName,
      state: 'searched' as const,
      hits: 1,
      searchedAt: now,
    }
    await records.investigations.commitMailbox(tenantId, id, mailbox, [hit])
  }
}
