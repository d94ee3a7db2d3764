import { badRequest } from '#services/graph/errors.ts'
import { list, oneOf, text } from '#services/graph/read-value.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call } from '#services/graph/route.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'
import type { Reply } from '#http/exchange.ts'

import { mailboxOf } from './mailbox-of.ts'

const FORMATS = ['entryId', 'ewsId', 'immutableEntryId', 'restId', 'restImmutableEntryId'] as const
type Format = (typeof FORMATS)[number]

/**
 * `POST /users/{id}/translateExchangeIds`: ids of at most 1,000 messages in another format. Entry ids are base64url, EWS ids
 * plain base64, REST ids made safe for URLs.
 */
export function translateIds(call: Call): Reply {
  const { inputIds, sourceIdType, targetIdType } = readJson(call.request)
  const ids = list(inputIds, 'inputIds').map((id) => text(id, 'inputIds'))
  if (ids.length === 0 || ids.length > 1000) throw badRequest('The number of ids must be between 1 and 1000.')
  const [source, target] = [oneOf(FORMATS, sourceIdType, 'sourceIdType'), oneOf(FORMATS, targetIdType, 'targetIdType')]
  const mailbox = mailboxOf(call)
  const byId = new Map(mailbox.messages.map((message) => [inFormat(message, source), message]))
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#Collection(microsoft.graph.convertIdResult)`,
      value: ids.map((id) => translated(byId, mailbox, id, target)),
    },
  }
}

function translated(byId: ReadonlyMap<string, Message>, mailbox: Mailbox, sourceId: string, target: Format) {
  const message = byId.get(sourceId) ?? mailbox.find(sourceId)
  if (message) return { sourceId, targetId: inFormat(message, target) }
  return { sourceId, errorDetails: { code: 'ErrorInvalidIdMalformed', message: 'Id is malformed.' } }
}

function inFormat(message: Message, format: Format): string {
  const id = /immutable/i.test(format) ? message.immutableId : message.id
  if (format === 'restId' || format === 'restImmutableEntryId') return id
  const base64 = id.replaceAll('-', '/').replaceAll('_', '+')
  return format === 'ewsId' ? base64 : Buffer.from(base64, 'base64').toString('base64url')
}
