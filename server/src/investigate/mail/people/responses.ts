import { z } from 'zod'

import { IMMUTABLE_IDS, messageUrl, userUrl } from '#connect/apis/graph/mail.ts'
import { odataQuery, odataString } from '#connect/apis/graph/odata.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

import { readAll, type Read } from './read-all.ts'
import { Mail, responsesTo, Sent, type FollowedHit, type SentCopy } from './sent-copy.ts'

/**
 * What recipients sent because of a mail. A reply or a forward lies in Sent Items, in the conversation of the mail, and
 * names it in In-Reply-To or References; besides, Outlook marks the mail itself with what was last done to it, which stays
 * when the sent copy is gone.
 */

/** What the mailbox says about one hit. */
export interface Responses {
  isRead: boolean
  /** Outlook's mark: the last of these that was done to the mail. */
  lastDone?: 'replied' | 'forwarded'
  /** The hit is an invitation, an update or a cancellation of a meeting. */
  isMeeting: boolean
  /** The error when Sent Items could not be read. */
  sent: SentCopy[] | AppError
}

/** By hit id; the error where the hit itself cannot be read. Two reads for each hit, twenty of them in one request. */
export async function readResponses(
  microsoft: Microsoft,
  hits: readonly FollowedHit[],
  signal?: AbortSignal,
): Promise<Map<string, Responses | AppError>> {
  const mails = await readAll(microsoft, hits.map(mailRead), Mail, signal)
  const open = hits.flatMap((hit, index) => {
    const mail = mails[index]!
    return mail instanceof AppError ? [] : [{ hit, mail, key: `${hit.userId} ${mail.conversationId}` }]
  })
  // Several hits may be in one conversation of one mailbox.
  const conversations = [...new Map(open.map((each) => [each.key, each])).values()]
  const lists = await readAll(
    microsoft,
    conversations.map(({ hit, mail }) => sentRead(hit, mail.conversationId)),
    z.object({ value: z.array(Sent) }),
    signal,
  )
  const sentIn = new Map(conversations.map(({ key }, index) => [key, lists[index]!]))
  return new Map<string, Responses | AppError>(
    hits.map((hit, index) => {
      const mail = mails[index]!
      if (mail instanceof AppError) return [hit.id, mail]
      const list = sentIn.get(`${hit.userId} ${mail.conversationId}`)!
      const sent = list instanceof AppError ? list : responsesTo(hit, mail, list.value)
      return [hit.id, toResponses(mail, sent)]
    }),
  )
}

const PERMISSION = 'Mail.Read'
/** PidTagLastVerbExecuted, PidTagInReplyToId and PidTagInternetReferences of MS-OXPROPS. */
const LAST_VERB = 'Integer 0x1081'
const IN_REPLY_TO = 'String 0x1042'
const REFERENCES = 'String 0x1039'
/** Sent mails of one user in one conversation. */
const SENT_MAX = 200

/** The fields of a schema that Graph wants named, and the extended ones. */
function selected(schema: z.ZodObject, ...extended: readonly string[]) {
  const fields = Object.keys(schema.shape).filter((name) => !name.startsWith('@') && !name.startsWith('singleValue'))
  const filter = extended.map((id) => `id eq ${odataString(id)}`).join(' or ')
  return { $select: fields.join(','), $expand: `singleValueExtendedProperties($filter=${filter})` }
}

function mailRead({ userId, userPrincipalName, messageId }: FollowedHit): Read {
  return {
    url: `${messageUrl(userId, messageId)}${odataQuery(selected(Mail, LAST_VERB))}`,
    headers: IMMUTABLE_IDS,
    what: `Could not read a mail of ${userPrincipalName} again.`,
    permission: PERMISSION,
  }
}

function sentRead({ userId, userPrincipalName }: FollowedHit, conversationId: string): Read {
  const query = odataQuery({
    $filter: `conversationId eq ${odataString(conversationId)}`,
    $top: SENT_MAX,
    ...selected(Sent, IN_REPLY_TO, REFERENCES),
  })
  return {
    url: `${userUrl(userId)}/mailFolders/sentitems/messages${query}`,
    headers: IMMUTABLE_IDS,
    what: `Could not read Sent Items of ${userPrincipalName}.`,
    permission: PERMISSION,
  }
}

function toResponses(mail: Mail, sent: SentCopy[] | AppError): Responses {
  const verb = mail.singleValueExtendedProperties?.find(({ id }) => id.toLowerCase() === LAST_VERB.toLowerCase())?.value
  const lastDone = verb === undefined ? undefined : LAST_DONE[verb]
  return {
    isRead: mail.isRead ?? false,
    ...(lastDone && { lastDone }),
    isMeeting: /eventMessage/i.test(mail['@odata.type'] ?? ''),
    sent,
  }
}

/** Replied to the sender, to all; forwarded. */
const LAST_DONE: Record<string, 'replied' | 'forwarded'> = { 102: 'replied', 103: 'replied', 104: 'forwarded' }
