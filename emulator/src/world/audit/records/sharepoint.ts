import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { auditRecord, puidUser } from './record.ts'
import type { AuditRecord } from './record.ts'

/** Records of SharePoint and OneDrive: file operations (6) and sharing (14). */

export interface FileOperation {
  id: string
  at: number
  person: Person
  ip: string
  operation: string
  userAgent: string
  /** `Documents/Project Atlas` */
  folder: string
  file: string
  site: string
  /** Set for sharing: the guest or group shared with. */
  sharedWith?: string
  /** Set for a link that opens to everybody who has it. */
  anonymousLink?: boolean
}

export function fileOperation(world: World, op: FileOperation): AuditRecord {
  const host = `https://${world.initialDomain.split('.')[0]}.sharepoint.example`
  const site = `${host}/sites/${op.site}/`
  const r = random(world.seed, 'site', op.site)
  const base = {
    id: op.id,
    at: op.at,
    operation: op.operation,
    recordType: op.sharedWith || op.anonymousLink ? 14 : 6,
    workload: 'SharePoint',
    clientIp: op.ip,
    objectId: `${site}${op.folder}/${op.file}`,
    ...puidUser(world, op.person),
    userKey: `i:0h.f|membership|${random(world.seed, 'puid', op.person.index).hex(16)}@live.com`,
  }
  return auditRecord(world, base, {
    CorrelationId: random(world.seed, 'correlation', op.id).guid(),
    EventSource: 'SharePoint',
    ItemType: 'File',
    ListId: r.guid(),
    ListItemUniqueId: random(world.seed, 'file', op.site, op.folder, op.file).guid(),
    Site: r.guid(),
    WebId: r.guid(),
    UserAgent: op.userAgent,
    HighPriorityMediaProcessing: false,
    SourceFileExtension: op.file.split('.').at(-1),
    SiteUrl: site,
    SourceFileName: op.file,
    SourceRelativeUrl: op.folder,
    ...(op.anonymousLink ? { EventData: '<Type>View</Type>' } : {}),
    ...(op.sharedWith
      ? {
          TargetUserOrGroupName: op.sharedWith,
          TargetUserOrGroupType: 'Guest',
        }
      : {}),
  })
}
