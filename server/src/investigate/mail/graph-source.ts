import { z } from 'zod'

import { batchedJson } from '#connect/apis/graph/batch.ts'
import {
  folderUrl,
  GraphFolder,
  GraphMessage,
  IMMUTABLE_IDS,
  messageMimeUrl,
  messagesUrl,
  RECOVERABLE_DELETIONS,
} from '#connect/apis/graph/mail.ts'
import type { BatchReply, Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

import { envelopeFields } from './evaluate.ts'
import { countMailboxes, findMailboxes } from './mailboxes.ts'
import { candidateFilters } from './query.ts'
import type { Candidates, CandidateWish, Listing, MailboxOwner, MailSource } from './source.ts'

/** Microsoft allows 1,000; the envelopes of that many are about half a megabyte. */
const LONG_PAGE = 1000
/** What a narrow question brings is rarely more, and twenty of these share one batch. */
const SHORT_PAGE = 50
const PERMISSION = 'Mail.Read'

/**
 * Mailboxes in Microsoft 365, through Graph. The in-place archive cannot be reached that way.
 *
 * A filter that Microsoft can narrow costs a part of a batch shared with other mailboxes; any other lists the mailbox page by
 * page.
 */
export function graphSource(microsoft: Microsoft): MailSource {
  return {
    mailboxes: (targets, signal) => findMailboxes(microsoft, targets, signal),
    countMailboxes: (targets) => countMailboxes(microsoft, targets),
    open: (owner, signal) => {
      const mailbox = { microsoft, owner, signal }
      return {
        candidates: (wish) => candidates(mailbox, wish),
        mime: (messageId) => readMime(mailbox, messageId),
        folderNames: (ids) => folderNames(mailbox, ids),
      }
    },
  }
}

interface GraphMailbox {
  microsoft: Microsoft
  owner: MailboxOwner
  signal: AbortSignal | undefined
}

/** The mailbox with all its folders, and Recoverable Items, which it leaves out. */
const PLACES = [undefined, RECOVERABLE_DELETIONS] as const

async function candidates(mailbox: GraphMailbox, wish: CandidateWish): Promise<Candidates> {
  const [narrow, ...plainer] = candidateFilters(wish.filter, wish.messageIds)
  const [inFolders, recoverable] =
    plainer.length > 0 || wish.brief
      ? await briefListings(mailbox, wish, narrow, plainer[0])
      : PLACES.map((place) => list(mailbox, wish, place, narrow))
  return { inFolders: inFolders!, recoverable: recoverable! }
}

/** Both places in one batch; a place whose narrow query Microsoft finds too complex is listed with the plainer one. */
async function briefListings(
  mailbox: GraphMailbox,
  wish: CandidateWish,
  narrow: string | undefined,
  wide: string | undefined,
): Promise<Listing[]> {
  const parts = PLACES.map((place) => ({
    method: 'GET' as const,
    url: urlOf(mailbox, wish, place, narrow, SHORT_PAGE),
    headers: IMMUTABLE_IDS,
  }))
  const replies = await mailbox.microsoft.batch(parts, mailbox.signal)
  return replies.map((reply, i) =>
    reply.status === 400
      ? list(mailbox, wish, PLACES[i], wide)
      : rest(mailbox, () => batchedJson(requestOf(mailbox, parts[i]!.url), reply, Page)),
  )
}

const Page = z.object({ value: z.array(GraphMessage), '@odata.nextLink': z.string().optional() })

/** A first page that is here, and those after it. Reading it throws what Microsoft answered instead. */
async function* rest(mailbox: GraphMailbox, first: () => z.infer<typeof Page>): AsyncGenerator<GraphMessage[]> {
  const { value, '@odata.nextLink': next } = first()
  yield value
  if (next !== undefined) yield* mailbox.microsoft.pages(requestOf(mailbox, next), GraphMessage)
}

function list(
  mailbox: GraphMailbox,
  wish: CandidateWish,
  place: string | undefined,
  filter: string | undefined,
): Listing {
  return mailbox.microsoft.pages(requestOf(mailbox, urlOf(mailbox, wish, place, filter, LONG_PAGE)), GraphMessage)
}

function urlOf(
  { owner }: GraphMailbox,
  wish: CandidateWish,
  folder: string | undefined,
  filter: string | undefined,
  top: number,
): string {
  const more = envelopeFields(wish.filter)
  return messagesUrl(owner.userId, { ...(folder !== undefined && { folder }), filter, top, more })
}

function requestOf({ owner, signal }: GraphMailbox, url: string): MicrosoftRequest {
  return {
    api: 'graph',
    path: url.startsWith('/') ? `/v1.0${url}` : url,
    headers: IMMUTABLE_IDS,
    what: `Could not search the mailbox of ${owner.userPrincipalName}.`,
    permission: PERMISSION,
    ...(signal && { signal }),
  }
}

async function readMime(mailbox: GraphMailbox, messageId: string): Promise<Buffer | undefined> {
  const { microsoft, owner } = mailbox
  const request = {
    ...requestOf(mailbox, messageMimeUrl(owner.userId, messageId)),
    what: `Could not read a message of ${owner.userPrincipalName}.`,
  }
  try {
    return (await microsoft.send(request)).body
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONNECT_NOT_FOUND') return undefined
    throw error
  }
}

async function folderNames(
  { microsoft, owner, signal }: GraphMailbox,
  folders: readonly string[],
): Promise<Map<string, string>> {
  if (folders.length === 0) return new Map()
  const replies = await microsoft.batch(
    folders.map((folder) => ({ method: 'GET', url: folderUrl(owner.userId, folder), headers: IMMUTABLE_IDS })),
    signal,
  )
  const nameOf = ({ body }: BatchReply) => GraphFolder.safeParse(body).data?.displayName
  return new Map(
    folders.flatMap((folder, i) => {
      const name = nameOf(replies[i]!)
      return name === undefined ? [] : [[folder, name] as const]
    }),
  )
}
