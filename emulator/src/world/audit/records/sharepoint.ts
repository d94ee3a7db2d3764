import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { auditRecord, puidUser } from './record.ts'
import type { AuditRecord } from './record.ts'

/** Records of SharePoint and OneDrive: file operations (6) and sharing (14). */

/** Whoever opens a link becomes a member of its group. */
export const LINKS = 'SharingLinks.'

export interface FileOperation {
  id: string
  at: number
  /** Who did it: a person, an application on its own, or somebody outside by a link. */
  person: Person | FileApplication | Outsider
  ip: string
  operation: string
  userAgent: string
  /** `Documents/Project Atlas` */
  folder: string
  file: string
  /** Name of a site, or the person in whose OneDrive the file lies. */
  site: string | Person
  /** Of the sign-in. */
  sessionId?: string
  /** Set for sharing: the guest shared with, or the group of a link, whose name begins with {@link LINKS}. */
  sharedWith?: string
  /** Set for a link that opens to everybody who has it. */
  anonymousLink?: boolean
  /** What the record says of the link beside that: `<Type>Edit</Type>`. */
  eventData?: string
  /** Joins the records of one link: made, used, revoked. */
  linkId?: string
  /** Bytes of a file that was downloaded. */
  size?: number
}

/** An application that acts on its own. */
export interface FileApplication {
  appId: string
  displayName: string
  /** `uti` of the token that it came with. */
  tokenId: string
}

/** Somebody who opened a link: without saying who, or known by an address. */
export interface Outsider {
  visitor: string
  /** Of the address to which the link was sent; left out for a link that opens to everybody. */
  address?: string
}

export function fileOperation(world: World, op: FileOperation): AuditRecord {
  const { site, personal } = placeOf(world, op.site)
  const r = random(world.seed, 'site', typeof op.site === 'string' ? op.site : op.site.id)
  const base = {
    id: op.id,
    at: op.at,
    operation: op.operation,
    recordType: op.sharedWith || op.anonymousLink ? 14 : 6,
    workload: personal ? 'OneDrive' : 'SharePoint',
    clientIp: op.ip,
    objectId: `${site}${op.folder}/${op.file}`,
    ...userOf(world, op.person),
  }
  return auditRecord(world, base, {
    CorrelationId: random(world.seed, 'correlation', op.id).guid(),
    EventSource: 'SharePoint',
    ItemType: 'File',
    ListId: r.guid(),
    ListItemUniqueId: fileGuid(world, op),
    Site: r.guid(),
    WebId: r.guid(),
    UserAgent: op.userAgent,
    HighPriorityMediaProcessing: false,
    SourceFileExtension: op.file.split('.').at(-1),
    SiteUrl: site,
    SourceFileName: op.file,
    SourceRelativeUrl: op.folder,
    ...accessOf(op),
    ...(op.size === undefined ? {} : { FileSizeBytes: op.size }),
    ...(op.linkId === undefined ? {} : { UniqueSharingId: op.linkId }),
    ...(op.anonymousLink || op.eventData ? { EventData: op.eventData ?? '<Type>View</Type>' } : {}),
    ...(op.sharedWith
      ? {
          TargetUserOrGroupName: op.sharedWith,
          TargetUserOrGroupType: op.sharedWith.startsWith(LINKS) ? 'SharePointGroup' : 'Guest',
        }
      : {}),
  })
}

const fileGuid = (world: World, { site, folder, file }: FileOperation) =>
  random(world.seed, 'file', typeof site === 'string' ? site : site.id, folder, file).guid()

/** The address of a site, or of somebody's OneDrive, which is a site by the name of its owner. */
function placeOf(world: World, site: string | Person): { site: string; personal: boolean } {
  const company = world.initialDomain.split('.')[0]!
  if (typeof site === 'string') return { site: `https://${company}.sharepoint.example/sites/${site}/`, personal: false }
  const owner = site.userPrincipalName.replaceAll(/[@.]/g, '_')
  return { site: `https://${company}-my.sharepoint.example/personal/${owner}/`, personal: true }
}

function userOf(world: World, person: FileOperation['person']) {
  if ('appId' in person) {
    const userKey = 'i:0i.t|00000003-0000-0ff1-ce00-000000000000|app@sharepoint'
    return { userId: 'app@sharepoint', userKey, userType: 5 }
  }
  if ('visitor' in person) {
    const name = person.address ? `urn:spo:guest#${person.address}` : `urn:spo:anon#${person.visitor}`
    return { userId: name, userKey: name }
  }
  const userKey = `i:0h.f|membership|${random(world.seed, 'puid', person.index).hex(16)}@live.com`
  return { ...puidUser(world, person), userKey }
}

function accessOf({ person, sessionId }: FileOperation) {
  if ('appId' in person) {
    const { appId, displayName, tokenId } = person
    return {
      ApplicationId: appId,
      ApplicationDisplayName: displayName,
      AppAccessContext: { ClientAppId: appId, ClientAppName: displayName, UniqueTokenId: tokenId },
    }
  }
  return sessionId === undefined ? {} : { AppAccessContext: { AADSessionId: sessionId } }
}
