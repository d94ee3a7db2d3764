import type { FolderRef, MessageQuery, WellKnownFolder } from './ews.ts'
import { escapeXml } from './xml.ts'

/**
 * The operations of EWS that Cordon asks for, in the order of parts that its schema demands.
 *
 * @see https://learn.microsoft.com/exchange/client-developer/web-service-reference/ews-operations-in-exchange
 */

/** What the index of a folder knows of a message. */
const LISTED = [
  'item:ParentFolderId',
  'item:Subject',
  'item:DateTimeReceived',
  'item:HasAttachments',
  'message:From',
  'message:InternetMessageId',
  'message:IsRead',
]
const RECIPIENTS = ['message:ToRecipients', 'message:CcRecipients', 'message:BccRecipients']

/** Oldest first: what comes in meanwhile does not shift what is still to be read. */
const OLDEST_FIRST =
  '<m:SortOrder><t:FieldOrder Order="Ascending"><t:FieldURI FieldURI="item:DateTimeReceived"/></t:FieldOrder></m:SortOrder>'

export function findItem({ folders, restriction, pageSize }: MessageQuery, offset: number): string {
  return (
    `<m:FindItem Traversal="Shallow">${itemShape(LISTED)}` +
    `<m:IndexedPageItemView MaxEntriesReturned="${pageSize}" Offset="${offset}" BasePoint="Beginning"/>` +
    `${restriction === undefined ? '' : `<m:Restriction>${restriction}</m:Restriction>`}${OLDEST_FIRST}` +
    `<m:ParentFolderIds>${folders.map(folderRef).join('')}</m:ParentFolderIds></m:FindItem>`
  )
}

/** Every folder below the one, `pageSize` at a time. */
export function findFolder(below: WellKnownFolder, offset: number, pageSize: number): string {
  return (
    '<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>' +
    `<m:IndexedPageFolderView MaxEntriesReturned="${pageSize}" Offset="${offset}" BasePoint="Beginning"/>` +
    `<m:ParentFolderIds>${folderRef({ wellKnown: below })}</m:ParentFolderIds></m:FindFolder>`
  )
}

export function getFolder(names: readonly WellKnownFolder[]): string {
  const folders = names.map((wellKnown) => folderRef({ wellKnown })).join('')
  return `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>${folders}</m:FolderIds></m:GetFolder>`
}

export function getItem(ids: readonly string[], headers: boolean): string {
  const fields = [...LISTED, ...RECIPIENTS, ...(headers ? ['item:InternetMessageHeaders'] : [])]
  return `<m:GetItem>${itemShape(fields)}${itemIds(ids)}</m:GetItem>`
}

export function getMime(id: string): string {
  const shape = '<t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>'
  return `<m:GetItem><m:ItemShape>${shape}</m:ItemShape>${itemIds([id])}</m:GetItem>`
}

export function moveItem(id: string, folder: FolderRef): string {
  return `<m:MoveItem><m:ToFolderId>${folderRef(folder)}</m:ToFolderId>${itemIds([id])}</m:MoveItem>`
}

export function deleteItem(id: string, how: string): string {
  return `<m:DeleteItem DeleteType="${how}" SendMeetingCancellations="SendToNone">${itemIds([id])}</m:DeleteItem>`
}

function itemShape(fields: readonly string[]): string {
  const paths = fields.map((field) => `<t:FieldURI FieldURI="${field}"/>`).join('')
  return `<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${paths}</t:AdditionalProperties></m:ItemShape>`
}

function itemIds(ids: readonly string[]): string {
  return `<m:ItemIds>${ids.map((id) => `<t:ItemId Id="${escapeXml(id)}"/>`).join('')}</m:ItemIds>`
}

function folderRef(folder: FolderRef): string {
  return 'id' in folder
    ? `<t:FolderId Id="${escapeXml(folder.id)}"/>`
    : `<t:DistinguishedFolderId Id="${folder.wellKnown}"/>`
}
