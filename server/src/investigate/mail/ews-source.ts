import type { GraphMessage } from '#connect/apis/graph/mail.ts'
import type { Ews, EwsAddress, EwsCall, EwsFolder, EwsMessage, FolderRef } from '#connect/ews/ews.ts'
import { allHold, anyHolds, contains, isBefore, isEqualTo, isNotBefore } from '#connect/ews/restriction.ts'
import type { OnPremisesExchange } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'
import type { InvestigationMailbox, MailTargets } from '#domain/investigation.ts'

import { envelopeFields } from './evaluate.ts'
import { candidateFilters, type QueryLanguage } from './query.ts'
import type { CandidateWish, MailboxOwner, MailSource, OpenMailbox } from './source.ts'

/** Folders that one question is about, and messages of each in the answer: together what Exchange lets be found at once. */
const BRIEF = { folders: 20, pageSize: 50 }
const LONG = { folders: 1, pageSize: 500 }

/**
 * Mailboxes on an Exchange server on premises, through EWS. A mailbox is its primary SMTP address: that is its user id, too.
 *
 * A folder at a time: what is moved from a folder not yet read to one that was read meanwhile may be passed over. Where Exchange
 * can narrow, twenty folders are read in one moment.
 */
export function ewsSource({ ews, mailboxes }: OnPremisesExchange): MailSource {
  return {
    async *mailboxes(targets) {
      yield rowsOf(targets, mailboxes)
    },
    countMailboxes: async (targets) => rowsOf(targets, mailboxes).length,
    open: (owner, signal) => openMailbox(ews, owner, signal),
  }
}

function openMailbox(ews: Ews, { userId, userPrincipalName }: MailboxOwner, signal?: AbortSignal): OpenMailbox {
  const call: EwsCall = { mailbox: userId, what: `Could not search the mailbox of ${userPrincipalName}.`, signal }
  let folders: EwsFolder[] = []
  return {
    async candidates(wish) {
      folders = await ews.folders(call)
      return {
        inFolders: list(ews, call, wish, folders),
        recoverable: list(ews, call, wish, [{ wellKnown: 'recoverableitemsdeletions' }]),
      }
    },
    mime: (id) => ews.mime({ ...call, what: `Could not read a message of ${userPrincipalName}.` }, id),
    folderNames: async () => new Map(folders.map(({ id, displayName }) => [id, displayName])),
  }
}

/** What Exchange finds too hard to ask is asked more plainly. */
const TOO_HARD: ReadonlySet<string> = new Set(['ErrorRestrictionTooComplex', 'ErrorRestrictionTooLong'])

async function* list(
  ews: Ews,
  call: EwsCall,
  wish: CandidateWish,
  folders: readonly FolderRef[],
): AsyncGenerator<GraphMessage[]> {
  const [narrow, ...plainer] = candidateFilters(wish.filter, wish.messageIds, RESTRICTION)
  const pace = plainer.length > 0 || wish.brief ? BRIEF : LONG
  try {
    yield* listWith(ews, call, wish, folders, narrow, pace)
  } catch (error) {
    const isTooHard = error instanceof AppError && TOO_HARD.has(error.microsoft?.code ?? '')
    if (!isTooHard || plainer.length === 0) throw error
    yield* listWith(ews, call, wish, folders, plainer[0], LONG)
  }
}

async function* listWith(
  ews: Ews,
  call: EwsCall,
  wish: CandidateWish,
  folders: readonly FolderRef[],
  restriction: string | undefined,
  pace: typeof BRIEF,
): AsyncGenerator<GraphMessage[]> {
  for (let start = 0; start < folders.length; start += pace.folders) {
    const some = folders.slice(start, start + pace.folders)
    const pages = ews.messages(call, { folders: some, restriction, pageSize: pace.pageSize })
    for await (const page of pages) yield (await completed(ews, call, wish, page)).map(toEnvelope)
  }
}

/**
 * With what the index of a folder does not tell: recipients and headers, where the filter asks for them, and the address of a
 * sender whom Exchange knows under another kind of address than SMTP. What has gone meanwhile is kept as it was listed.
 */
async function completed(
  ews: Ews,
  call: EwsCall,
  { filter }: CandidateWish,
  page: readonly EwsMessage[],
): Promise<EwsMessage[]> {
  const fields = envelopeFields(filter)
  const lacking = page.filter(({ from }) => fields.length > 0 || !from?.address.includes('@')).map(({ id }) => id)
  const details = await ews.details(call, lacking, fields.includes('internetMessageHeaders'))
  const known = new Map(lacking.map((id, i) => [id, details[i]]))
  return page.map((listed) => known.get(listed.id) ?? listed)
}

/**
 * The sender is not asked for: what Exchange compares is a name, or an address that need not be there. `evaluate` looks at it.
 */
const RESTRICTION: QueryLanguage = {
  and: allHold,
  within: allHold,
  or: anyHolds,
  messageId: (id) => isEqualTo('message:InternetMessageId', id),
  subject: (piece) => contains('item:Subject', piece),
  receivedFrom: (time) => isNotBefore('item:DateTimeReceived', time),
  receivedBefore: (time) => isBefore('item:DateTimeReceived', time),
}

function toEnvelope({ id, folderId, from, to, cc, bcc, headers, ...message }: EwsMessage): GraphMessage {
  return {
    id,
    parentFolderId: folderId,
    internetMessageId: message.internetMessageId,
    subject: message.subject,
    receivedDateTime: message.receivedAt,
    isRead: message.isRead,
    hasAttachments: message.hasAttachments,
    ...(from && { from: recipient(from) }),
    ...(to && { toRecipients: to.map(recipient) }),
    ...(cc && { ccRecipients: cc.map(recipient) }),
    ...(bcc && { bccRecipients: bcc.map(recipient) }),
    ...(headers && { internetMessageHeaders: headers }),
  }
}

function recipient(emailAddress: EwsAddress) {
  return { emailAddress }
}

function rowsOf(targets: MailTargets, all: readonly string[]): InvestigationMailbox[] {
  const addresses = addressesOf(targets, all).map((address) => address.trim())
  const rows = addresses.filter((address) => address !== '').map(rowOf)
  return [...new Map(rows.map((row) => [row.userId, row])).values()]
}

function addressesOf(targets: MailTargets, all: readonly string[]): readonly string[] {
  if (targets.kind === 'users') return targets.users
  if (targets.kind === 'all' && all.length > 0) return all
  throw new AppError({
    code: 'INVESTIGATION_TARGET_UNKNOWN',
    what: 'The mailboxes to search could not be listed.',
    why:
      targets.kind === 'all'
        ? 'The connection to this Exchange server lists no mailboxes, and the directory of a server on premises is not asked.'
        : `The directory of an Exchange server on premises is not asked, so its ${targets.kind} are not known.`,
    fix: 'Name the mailboxes by their primary SMTP addresses, or list them when the connection is added (--mailbox).',
  })
}

function rowOf(address: string): InvestigationMailbox {
  const row = { userId: address.toLowerCase(), userPrincipalName: address, displayName: address, hits: 0 }
  return /^[^\s@]+@[^\s@]+$/.test(address)
    ? { ...row, state: 'waiting' }
    : {
        ...row,
        state: 'failed',
        reason: 'It is no address. Name a mailbox on premises by its primary SMTP address.',
      }
}
