import type { ActionRun, ActionTarget } from '#domain/action-run.ts'
import { refusalOf } from '#domain/authorized.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Investigation, MailHit } from '#domain/investigation.ts'
import type { User } from '#domain/user.ts'
import { archiveOf } from '#investigate/mail/evidence/archive.ts'
import { csvLines } from '#investigate/mail/evidence/csv.ts'
import { jsonArray, jsonObject, jsonText } from '#investigate/mail/evidence/json.ts'
import { type MessageView, viewMessage } from '#investigate/mail/evidence/look.ts'
import { readMime } from '#investigate/mail/evidence/read-mime.ts'
import { stixContent } from '#investigate/mail/evidence/stix/content.ts'
import { stixBundle, type StixContent } from '#investigate/mail/evidence/stix/bundle.ts'
import { ACTION_COLUMNS, HIT_COLUMNS, MAILBOX_COLUMNS } from '#investigate/mail/evidence/tables.ts'
import { readInvestigation } from '#investigate/investigation.ts'
import { parseMail } from '#mail/parse-mail.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import { chooseConnection } from './connection-uses.ts'
import type { Microsofts } from './microsofts.ts'
import { makeUpPassword } from './passwords.ts'

/** Messages in one archive: some gigabytes, and a quarter of an hour of reading. */
const ARCHIVE_MAX = 5000

/** A file on its way to the client. */
export interface Download {
  name: string
  mediaType: string
  bytes: ReadableStream<Uint8Array>
}

/**
 * What leaves Cordon of an investigation. Every export is audited; what is inside a message is read for whoever may, at that
 * moment, audited one by one before it is read, and stored nowhere.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND from every method, before the first byte; CONNECTION_NOT_FOUND, CONNECTION_USE_WRONG from
 *   those that read messages.
 */
export interface Evidence {
  /** @throws AppError HIT_NOT_FOUND; CONNECT_NOT_FOUND when the message is gone, else CONNECT_*. */
  look(
    user: User,
    tenantId: TenantId,
    id: string,
    request: { hitId: string; reason: string },
  ): Promise<MessageView & Pick<MailHit, 'userPrincipalName'> & { hitId: string }>
  csv(user: User, tenantId: TenantId, id: string, table: 'hits' | 'mailboxes' | 'actions'): Promise<Download>
  json(user: User, tenantId: TenantId, id: string): Promise<Download>
  /** With a reason: also the links and files inside the messages, one copy of each read. */
  stix(user: User, tenantId: TenantId, id: string, reason?: string): Promise<Download>
  /** The password is made up when none is given, and is known to nobody else. @throws AppError EVIDENCE_TOO_LARGE, HIT_NOT_FOUND. */
  archive(
    user: User,
    tenantId: TenantId,
    id: string,
    request: { reason: string; password?: string | undefined; hitIds?: string[] | undefined },
  ): Promise<Download & { password: string }>
}

export function createEvidence(parts: {
  records: RecordStore
  microsofts: Microsofts
  audit: Audit
  clock: Clock
}): Evidence {
  const { records, microsofts, audit, clock } = parts

  /** Reads messages of an investigation for a user, each noted before it is read. */
  async function reader(user: User, investigation: Investigation, action: string, reason: string) {
    const { tenantId, id } = investigation
    const connections = await records.connections.list(tenantId)
    const through = { use: 'investigate', id: investigation.connectionId, what: 'No message was read.' } as const
    const connection = chooseConnection(connections, through)
    const microsoft = await microsofts.open(tenantId, connection.id)
    return async (hit: MailHit): Promise<Buffer> => {
      const { id: hitId, userId, userPrincipalName, messageId, internetMessageId } = hit
      const refusal = refusalOf(
        userPrincipalName,
        connection.settings,
        `Could not read a message of ${userPrincipalName}.`,
      )
      if (refusal) throw refusal
      const message = { investigationId: id, hitId, userId, userPrincipalName, messageId, internetMessageId }
      await audit(user.name, action, { ...message, reason }, tenantId)
      return readMime(microsoft, hit)
    }
  }

  const noteExport = (user: User, { tenantId, id }: Investigation, detail: Record<string, unknown>) =>
    audit(user.name, 'evidence.export', { investigationId: id, ...detail }, tenantId)

  const hitsOf = ({ tenantId, id }: Investigation) =>
    everyPage(
      (page) => records.investigations.hits(tenantId, id, page),
      (hit) => hit.id,
    )

  const mailboxesOf = ({ tenantId, id }: Investigation) =>
    everyPage(
      (page) => records.investigations.mailboxes(tenantId, id, page),
      ({ userId }) => userId,
    )

  async function* runsOf({ tenantId, id }: Investigation): AsyncGenerator<ActionRun> {
    yield* await records.actionRuns.list(tenantId, { investigationId: id, limit: 10_000 })
  }

  async function* journalOf(investigation: Investigation): AsyncGenerator<{ run: ActionRun; target: ActionTarget }> {
    for await (const run of runsOf(investigation)) {
      for (const target of await records.actionRuns.targets(run.tenantId, run.id)) yield { run, target }
    }
  }

  return {
    async look(user, tenantId, id, { hitId, reason }) {
      const investigation = await readInvestigation(records, tenantId, id)
      const [hit] = await chosen(investigation, hitsOf(investigation), [hitId])
      const read = await reader(user, investigation, 'message.look', reason)
      const view = viewMessage(await parseMail(await read(hit!)))
      return { hitId, userPrincipalName: hit!.userPrincipalName, ...view }
    },

    async csv(user, tenantId, id, table) {
      const investigation = await readInvestigation(records, tenantId, id)
      await noteExport(user, investigation, { format: 'csv', table })
      const lines = {
        hits: () => csvLines(HIT_COLUMNS, hitsOf(investigation)),
        mailboxes: () => csvLines(MAILBOX_COLUMNS, mailboxesOf(investigation)),
        actions: () => csvLines(ACTION_COLUMNS, journalOf(investigation)),
      }[table]()
      return download(`investigation-${id}-${table}.csv`, 'text/csv; charset=utf-8; header=present', lines)
    },

    async json(user, tenantId, id) {
      const investigation = await readInvestigation(records, tenantId, id)
      await noteExport(user, investigation, { format: 'json' })
      const text = jsonObject({
        format: jsonText('cordon-investigation-1'),
        exportedAt: jsonText(isoTime(clock.now())),
        investigation: jsonText(investigation),
        hits: jsonArray(hitsOf(investigation)),
        mailboxes: jsonArray(mailboxesOf(investigation)),
        actionRuns: jsonArray(runsOf(investigation)),
        journal: jsonArray(entriesOf(journalOf(investigation))),
      })
      return download(`investigation-${id}.json`, 'application/json', text)
    },

    async stix(user, tenantId, id, reason) {
      const investigation = await readInvestigation(records, tenantId, id)
      await noteExport(user, investigation, { format: 'stix', ...(reason !== undefined && { reason }) })
      const hits = hitsOf(investigation)
      if (reason === undefined) return stixDownload(stixBundle({ investigation, hits, clock }), id)
      const read = await reader(user, investigation, 'message.read', reason)
      const contentOf = async (hit: MailHit): Promise<StixContent> => {
        try {
          return stixContent(await parseMail(await read(hit)))
        } catch (error) {
          if (error instanceof AppError && error.code.startsWith('CONNECT_')) return { unread: reasonOf(error) }
          throw error
        }
      }
      return stixDownload(stixBundle({ investigation, hits, clock, contentOf }), id)
    },

    async archive(user, tenantId, id, { reason, password = makeUpPassword(), hitIds }) {
      const investigation = await readInvestigation(records, tenantId, id)
      const hits = await chosen(investigation, hitsOf(investigation), hitIds)
      if (hits.length > ARCHIVE_MAX) throw tooLarge(hits.length)
      const read = await reader(user, investigation, 'message.collect', reason)
      await noteExport(user, investigation, { format: 'eml', messages: hits.length, reason })
      const bytes = archiveOf({
        investigation,
        hits,
        collectedBy: user.name,
        reason,
        password,
        read,
        clock,
        onSealed: (summary) => audit(user.name, 'evidence.seal', { investigationId: id, ...summary }, tenantId),
      })
      return { name: `investigation-${id}.zip`, mediaType: 'application/zip', bytes, password }
    },
  }
}

/** The hits named, or all. @throws AppError HIT_NOT_FOUND. */
async function chosen(
  { id }: Investigation,
  hits: AsyncIterable<MailHit>,
  hitIds: readonly string[] | undefined,
): Promise<MailHit[]> {
  const named = new Set(hitIds)
  const found: MailHit[] = []
  for await (const hit of hits) {
    if (hitIds === undefined || named.delete(hit.id)) found.push(hit)
    if (hitIds !== undefined && named.size === 0) break
  }
  if (named.size === 0) return found
  throw new AppError({
    code: 'HIT_NOT_FOUND',
    what: 'No message was read.',
    why: `The investigation has no hit ${[...named].slice(0, 5).join(', ')}${named.size > 5 ? ` and ${named.size - 5} more` : ''}.`,
    fix: `Choose from those that \`npx cordon investigations hits ${id}\` lists.`,
  })
}

function tooLarge(messages: number): AppError {
  return new AppError({
    code: 'EVIDENCE_TOO_LARGE',
    what: 'The messages were not collected.',
    why: `There are ${messages} of them; one archive holds at most ${ARCHIVE_MAX}.`,
    fix: 'Name those that matter with --hit (hitIds), one copy of each message, say, or several archives; CSV, JSON and STIX have no limit.',
  })
}

const PAGE = 10_000

/**
 * Rows page by page, so that a hundred thousand are never held at once. Rows that come while it reads push others onto the next
 * page, where they are passed over.
 */
async function* everyPage<Row>(
  read: (page: { limit: number; offset: number }) => Promise<Row[]>,
  idOf: (row: Row) => string,
): AsyncGenerator<Row> {
  const told = new Set<string>()
  for (let offset = 0; ; offset += PAGE) {
    const rows = await read({ limit: PAGE, offset })
    for (const row of rows) {
      if (told.has(idOf(row))) continue
      told.add(idOf(row))
      yield row
    }
    if (rows.length < PAGE) return
  }
}

async function* entriesOf(journal: AsyncIterable<{ run: ActionRun; target: ActionTarget }>) {
  for await (const { run, target } of journal) yield { actionRunId: run.id, action: run.action, ...target }
}

function stixDownload(text: AsyncGenerator<string>, id: string): Download {
  return download(`investigation-${id}.stix.json`, 'application/stix+json;version=2.1', text)
}

function download(name: string, mediaType: string, text: AsyncGenerator<string>): Download {
  return { name, mediaType, bytes: ReadableStream.from(blocks(text)) }
}

const BLOCK = 64 * 1024

/** Pieces of text as UTF-8, put together so that a line does not cost a write of its own. */
async function* blocks(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let block = ''
  for await (const piece of pieces) {
    block += piece
    if (block.length < BLOCK) continue
    yield Buffer.from(block)
    block = ''
  }
  if (block !== '') yield Buffer.from(block)
}
