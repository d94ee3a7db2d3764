import { GraphError } from '#services/graph/errors.ts'
import type { Call } from '#services/graph/route.ts'
import type { Folder } from '#world/mail/folders.ts'
import type { Mailbox, Message } from '#world/mail/mailbox.ts'

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
  throw new GraphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.')
}

/** The message a path names; below a folder it must lie in it. @throws GraphError ErrorItemNotFound, ErrorInvalidIdMalformed. */
export function messageOf(call: Call, mailbox: Mailbox): Message {
  const { message: id, folder } = call.params
  const message = mailbox.find(id!)
  const elsewhere = message && folder !== undefined && folderOf(mailbox, folder).key !== message.folder
  if (message && !elsewhere) return message
  if (!looksLikeId(id!)) throw malformedId()
  throw new GraphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.')
}

const looksLikeId = (id: string) => /^AA[MkQ][\w-]{20,}=*$/.test(id)

const malformedId = () => new GraphError(400, 'ErrorInvalidIdMalformed', 'Id is malformed.')
