import { findPerson } from '#services/exchange-admin/recipient.ts'
import type { Folder } from '#world/mail/folders.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'
import type { ServiceAccount } from '#world/exchange/service-accounts.ts'
import type { Tenant } from '#cloud.ts'

import { ItemError, accessDenied, badSchema, folderNotFound, itemNotFound, malformedId } from './errors.ts'
import { child, textOf } from './xml.ts'
import type { Element } from './xml.ts'

/** A request as it is carried out: by which account, on whose behalf. */
export interface EwsCall {
  tenant: Tenant
  account: ServiceAccount
  /** The mailbox of the person that the account acts as; undefined without impersonation. */
  mailbox: Mailbox | undefined
  /** What follows `soap:Body`. */
  operation: Element
}

/** An id of EWS is the Graph's in the other base64 alphabet, and changes with every move as that does. */
export const ewsId = (id: string): string => id.replaceAll('-', '/').replaceAll('_', '+')
const graphId = (id: string): string => id.replaceAll('/', '-').replaceAll('+', '_')

const LOOKS_LIKE_ID = /^AAMk[A-Za-z\d+/]{20,}=*$/

/** The mailbox that the request is about. @throws ItemError where the account acts as nobody. */
export function ownMailbox({ mailbox }: EwsCall): Mailbox {
  if (mailbox) return mailbox
  throw new ItemError(
    'ErrorMissingEmailAddress',
    'When making a request as an account that does not have a mailbox, you must specify the mailbox primary SMTP address for any distinguished folder Ids.',
  )
}

/** The folder above all, which is in no list. */
export const ROOT: Folder = { key: 'root', displayName: 'root', parent: null, isHidden: true }

/** `<t:FolderId>` or `<t:DistinguishedFolderId>`. @throws ItemError. */
export function folderOf(call: EwsCall, reference: Element): Folder {
  const mailbox = ownMailbox(call)
  const id = reference.attributes['Id']
  if (id === undefined) throw badSchema("The required attribute 'Id' is missing.")
  if (reference.name === 'DistinguishedFolderId') {
    const address = textOf(child(reference, 'Mailbox'), 'EmailAddress')
    if (address && findPerson(call.tenant, address) !== mailbox.person) throw accessDenied()
    if (id === 'root') return ROOT
    const found = mailbox.folders.find(({ key }) => key === id.toLowerCase() && !key.includes(':'))
    if (!found) throw folderNotFound()
    return found
  }
  if (reference.name !== 'FolderId') throw badSchema(`The element '${reference.name}' names no folder.`)
  if (!LOOKS_LIKE_ID.test(id)) throw malformedId()
  if (graphId(id) === mailbox.folderId('root')) return ROOT
  const found = mailbox.folder(graphId(id))
  if (!found) throw folderNotFound()
  return found
}

/** `<t:ItemId Id="…"/>`. @throws ItemError. */
export function itemOf(call: EwsCall, reference: Element): Message {
  const id = reference.attributes['Id']
  if (reference.name !== 'ItemId' || id === undefined) throw badSchema(`The element '${reference.name}' names no item.`)
  if (!LOOKS_LIKE_ID.test(id)) throw malformedId()
  const message = ownMailbox(call).find(graphId(id))
  if (!message) throw itemNotFound()
  return message
}

/** Children of a mandatory part of the request. @throws Fault ErrorSchemaValidation. */
export function partsOf({ operation }: EwsCall, name: string): readonly Element[] {
  const parts = child(operation, name)?.children ?? []
  if (parts.length === 0)
    throw badSchema(`The element '${operation.name}' has incomplete content. '${name}' is expected.`)
  return parts
}

/** The folder in `name`, which holds exactly one. */
export const folderIn = (call: EwsCall, name: string): Folder => folderOf(call, partsOf(call, name)[0]!)
