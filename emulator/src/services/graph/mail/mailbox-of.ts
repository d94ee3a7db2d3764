import { GraphError } from '#services/graph/errors.ts'
import type { Call } from '#services/graph/route.ts'
import type { Folder } from '#world/mail/folders.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'

/** The mailbox a path names. @throws GraphError ErrorInvalidUser, MailboxNotEnabledForRESTAPI. */
export function mailboxOf(call: Call): Mailbox {
  const wanted = call.params['user']!
  const person = call.tenant.world.directory.find(wanted)
  if (!person) throw new GraphError(404, 'ErrorInvalidUser', `The requested user '${wanted}' is invalid.`)
  const mailbox = call.tenant.mailbox(person)
  if (!mailbox)
    throw new GraphError(
      404,
      'MailboxNotEnabledForRESTAPI',
      'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
    )
  return mailbox
}

/** A folder by id or well-known name. @throws GraphError ErrorItemNotFound, ErrorInvalidIdMalformed. */
export function folderOf(mailbox: Mailbox, idOrName: string): Folder {
  const folder = mailbox.folder(idOrName)
  if (folder) return folder
  if (!looksLikeId(idOrName)) throw malformedId()
  throw itemNotFound()
}

/** The message a path names; below a folder it must lie in it. @throws GraphError ErrorItemNotFound, ErrorInvalidIdMalformed. */
export function messageOf(call: Call, mailbox: Mailbox): Message {
  const { message: id, folder } = call.params
  const message = mailbox.find(id!)
  const elsewhere = message && folder !== undefined && folderOf(mailbox, folder).key !== message.folder
  if (message && !elsewhere) return message
  if (!looksLikeId(id!)) throw malformedId()
  throw itemNotFound()
}

export const itemNotFound = () =>
  new GraphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.')

export const looksLikeId = (id: string): boolean => /^AA[MkQ][\w-]{20,}=*$/.test(id)

export const malformedId = () => new GraphError(400, 'ErrorInvalidIdMalformed', 'Id is malformed.')

/** Start of `@odata.context` for what lies below a user. */
export const contextOf = (call: Call, rest: string): string =>
  `${call.root}/$metadata#users('${encodeURIComponent(call.params['user']!)}')/${rest}`

export const topTooLarge = (top: string) =>
  new GraphError(
    400,
    'ErrorInvalidUrlQuery',
    `The query specified in the URI is not valid. The limit of '1000' for Top query has been exceeded. The value from the incoming request is '${top}'.`,
  )
