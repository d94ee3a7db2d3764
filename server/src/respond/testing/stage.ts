import { randomUUID } from 'node:crypto'

import { z } from 'zod'

import { GraphMessage, IMMUTABLE_IDS, messageEnvelopeUrl, messageUrl } from '#connect/apis/graph/mail.ts'
import { startEmulator, type EmulatedApplication } from '#connect/testing/start-emulator.ts'
import { isoTime, systemClock } from '#domain/clock.ts'
import { stableId, type TenantId } from '#domain/ids.ts'
import type { MailHit } from '#domain/investigation.ts'
import { allOf } from '#domain/mail-filter.ts'
import type { RecordStore } from '#store/record-store.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { recording } from './recording.ts'
import type { Trial } from './test-contract.ts'

/**
 * What an action on messages is tried on: the emulated company with its phish, and an investigation that has found it.
 * `microsoft` may read and change mail, settings of mailboxes, and ask Defender to; `readOnly` may read mail.
 */
export interface Stage extends Trial<MailHit> {
  investigationId: string
  /** One in each of 23 mailboxes. */
  hits: MailHit[]
  /** The newest one's body. */
  lastBody(method: string, path: string): unknown
  /** Display name of the folder that the message lies in, read apart from the code under test. */
  placeOf(hit: MailHit): Promise<string>
  /** The message's categories and text, read apart from the code under test. */
  marksOf(hit: MailHit): Promise<{ categories: string[]; body: { contentType: string; content: string } }>
  /** As what the message has been submitted to Microsoft, newest first; read apart from the code under test. */
  submissionsOf(hit: MailHit): Promise<string[]>
  /** Moves the company's clock on. */
  pass(ms: number): Promise<void>
  /** What the user does meanwhile. */
  categorize(hit: MailHit, categories: string[]): Promise<void>
  move(hit: MailHit, folder: string): Promise<void>
  purge(hit: MailHit): Promise<void>
}

const Truth = z.object({
  internetMessageId: z.string(),
  sender: z.string(),
  subject: z.string(),
  recipients: z.array(
    z.object({ userId: z.string(), userPrincipalName: z.string(), immutableId: z.string(), folder: z.string() }),
  ),
})

const Faults = z.object({ rules: z.array(z.object({ struck: z.number() })) })

const Marks = z.object({
  categories: z.array(z.string()),
  body: z.object({ contentType: z.string(), content: z.string() }),
})

const Submissions = z.object({
  value: z.array(
    z.object({
      category: z.string(),
      source: z.string(),
      internetMessageId: z.string().nullable(),
      recipientEmailAddress: z.string(),
    }),
  ),
})

/** Of the one that only looks on. */
const READ = ['Mail.Read', 'User.Read.All', 'ThreatSubmission.Read.All']

/** Starts the emulator and an embedded store; a second or two. */
export async function openStage(): Promise<Stage> {
  const [emulator, records] = await Promise.all([startEmulator(), openTemporaryRecords()])
  const tenant = emulator.tenants[0]!
  const [application, auditor] = tenant.applications as [EmulatedApplication, EmulatedApplication]
  const grant = () => emulator.request(`/applications/${auditor.clientId}`, { roles: READ }, 'PATCH' as 'PUT')
  await grant()
  const { microsoft, carriedOut, requestsTo } = recording(emulator.client({ application }))
  const readOnly = emulator.client({ application: auditor })
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
      foundBy: 'search',
      matched: [],
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
    subjects: hits,
    stranger: { ...hits[0]!, id: '00000000-0000-0000-0000-000000000000' },
    request: (chosen) => ({ investigationId, targets: chosen.map(({ id }) => id) }),
    async reset() {
      await emulator.request('/reset', {})
      await grant()
      carriedOut.length = 0
    },
    async strike(fault) {
      await emulator.request('/faults', fault)
    },
    async struck() {
      return Faults.parse(await emulator.request('/faults')).rules.reduce((sum, rule) => sum + rule.struck, 0)
    },
    requestsTo,
    lastBody: (method, path) => carriedOut.findLast((each) => each.method === method && each.url.match(path))?.body,
    async placeOf({ userId, messageId }) {
      const recipient = Truth.parse(await emulator.request('/ground-truth/phish')).recipients.find(
        (each) => each.userId === userId,
      )
      return recipient?.immutableId === messageId ? recipient.folder : 'unknown'
    },
    async marksOf(hit) {
      const path = `/v1.0${messageUrl(hit.userId, hit.messageId)}?$select=categories,body`
      return readOnly.json({ api: 'graph', path, headers: IMMUTABLE_IDS, what: 'Could not look at the marks.' }, Marks)
    },
    async submissionsOf({ internetMessageId, userPrincipalName }) {
      const path = '/beta/security/threatSubmission/emailThreats?$top=1000'
      const what = 'Could not look at the submissions.'
      const { value } = await readOnly.json({ api: 'graph', path, what }, Submissions)
      return value
        .filter((each) => each.source === 'administrator' && each.internetMessageId === internetMessageId)
        .filter((each) => each.recipientEmailAddress === userPrincipalName)
        .map(({ category }) => category)
    },
    async pass(advanceMs) {
      await emulator.request('/clock', { advanceMs })
    },
    async categorize(hit, categories) {
      const path = `/v1.0${messageUrl(hit.userId, hit.messageId)}`
      const what = 'The user failed to categorize.'
      await microsoft.send({ api: 'graph', method: 'PATCH', path, headers: IMMUTABLE_IDS, body: { categories }, what })
    },
    move: (hit, destinationId) => act(hit, 'move', { destinationId }),
    purge: (hit) => act(hit, 'permanentDelete'),
    async hide({ userId }) {
      await emulator.request('/faults', { match: { path: `/users/${userId}/` }, do: { status: 500 } })
    },
    async close() {
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
    filter: allOf({ 'internet-message-id': hits[0]!.internetMessageId }),
    targets: { kind: 'all' },
    method: 'auto',
    duration: { kind: 'once' },
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
