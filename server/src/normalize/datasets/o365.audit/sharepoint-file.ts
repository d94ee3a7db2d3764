import type { EcsEvent } from '#domain/event.ts'
import type { EventType, Meaning } from '#normalize/ecs/categories.ts'
import { integerOf, textOf } from '#normalize/json.ts'
import { nameOf, parseUser } from '#normalize/steps/user.ts'
import { quote, tell } from '#normalize/sentence.ts'
import { urlOf } from '#normalize/steps/url.ts'
import { byOperation } from '#normalize/by-operation.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import type { AuditRecord } from './audit-record.ts'
import { wordsOf } from './operation.ts'
import { setOutcome } from './subject.ts'
import type { Subject } from './subject.ts'

/** Files, folders, pages and sharing in SharePoint and OneDrive. Their records carry no status: the outcome is unknown. */
export const sharePointFile: Subject = {
  name: 'sharepoint-file',
  recordTypes: [4, 6, 7, 14, 36, 37, 54, 55, 56, 102, 277, 336],
  workloads: ['SharePoint', 'OneDrive'],
  run(record, event) {
    const { audit } = record
    setMeaning(event, meaningOf(record.operation))
    setOutcome(record, event)
    setFile(record, event)
    const url = textOf(audit.ObjectId)
    if (url !== undefined && url.includes('://')) event.url = urlOf(url)
    record.target = parseUser(audit.TargetUserOrGroupName)
    if (record.target !== undefined) event.user = { ...record.actor, target: record.target }
    tell(event, sentence(record))
  },
}

function setFile({ audit }: AuditRecord, event: EcsEvent): void {
  const name = textOf(audit.SourceFileName)
  if (name === undefined) return
  const extension = textOf(audit.SourceFileExtension)
  const directory = textOf(audit.SourceRelativeUrl)
  const size = integerOf(audit.FileSizeBytes)
  event.file = {
    name,
    ...(extension !== undefined && { extension: extension.toLowerCase() }),
    ...(directory !== undefined && { directory }),
    ...(size !== undefined && { size }),
  }
}

const meaningOf = byOperation((operation): Meaning => {
  if (/Group|Admin|PermissionLevel/.test(operation)) return { category: ['iam'], type: ['change'] }
  if (/^(?:Page|ListViewed|Search)/.test(operation)) return { category: ['web'], type: ['access'] }
  return { category: ['file'], type: [changeOf(operation)] }
})

/** What an operation does to a file; a new link to it or a new reader is a change of its permissions. */
function changeOf(operation: string): EventType {
  if (/Accessed|Downloaded|Previewed|Viewed|Used|Synced|Fetched|Checked/.test(operation)) return 'access'
  if (
    /Deleted|Recycled|Removed(?!From)/.test(operation) &&
    /^(?:File|Folder|List|Comment|Site|Attachment)/.test(operation)
  )
    return 'deletion'
  if (
    /Uploaded|Copied|Restored/.test(operation) ||
    /^(?:File|Folder|List\w*|Comment|Site\w*|Attachment)(?:Created|Added)$/.test(operation)
  )
    return 'creation'
  return /Modified|Renamed|Moved|Link|Sharing|Permission|Set|Shared|Updated|Created|Added|Removed|Checked/.test(
    operation,
  )
    ? 'change'
    : 'info'
}

function sentence(record: AuditRecord): string {
  const { audit, operation } = record
  const actor = nameOf(record.actor) ?? 'Someone'
  const name = textOf(audit.SourceFileName) ?? textOf(audit.ObjectId) ?? 'something'
  const verb = VERBS.get(operation)
  const site = textOf(audit.SiteUrl)
  const place = site === undefined ? '' : ` in ${site}`
  const other = record.target === undefined ? '' : ` (to ${nameOf(record.target)})`
  return verb === undefined
    ? `${actor} performed "${wordsOf(operation) || 'an unnamed operation'}" on ${quote(name)}${other}${place}`
    : `${actor} ${verb} ${quote(name)}${other}${place}`
}

const VERBS: ReadonlyMap<string, string> = new Map([
  ['FileAccessed', 'opened'],
  ['FileAccessedExtended', 'kept open'],
  ['FilePreviewed', 'previewed'],
  ['FileDownloaded', 'downloaded'],
  ['FileSyncDownloadedFull', 'synchronized'],
  ['FileUploaded', 'uploaded'],
  ['FileModified', 'changed'],
  ['FileModifiedExtended', 'went on changing'],
  ['FileDeleted', 'deleted'],
  ['FileRecycled', 'moved to the recycle bin'],
  ['FileRenamed', 'renamed'],
  ['FileMoved', 'moved'],
  ['FileCopied', 'copied'],
  ['FolderCreated', 'created folder'],
  ['PageViewed', 'viewed page'],
  ['SharingSet', 'shared'],
  ['SharingInvitationCreated', 'invited people to'],
  ['AddedToSecureLink', 'gave access by a link to'],
  ['SecureLinkCreated', 'made a link for specific people to'],
  ['SecureLinkUsed', 'used a link for specific people to'],
  ['AnonymousLinkCreated', 'made an anonymous link to'],
  ['AnonymousLinkUsed', 'used an anonymous link to'],
  ['CompanyLinkCreated', 'made a link for the organization to'],
])
