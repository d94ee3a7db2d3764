import { random } from '#world/random.ts'
import { none } from '#world/objects.ts'
import type { Kind } from '#world/objects.ts'
import type { World } from '#world/world.ts'

import { fileOperation } from './records/sharepoint.ts'
import { homeIp } from './records/record.ts'
import type { AuditRecord } from './records/record.ts'
import type { ContentType } from './content-types.ts'

/**
 * Content of any size, ordered by a test: real feeds have been seen to deliver 68 MB in one blob. What is kept is the
 * order; the records are made when they are fetched.
 */
export interface LargeContent {
  id: string
  contentType: ContentType
  /** Milliseconds of tenant time. */
  createdAt: number
  records: number
  /** Length of each record's text, roughly. */
  recordBytes: number
}

export const largeContents: Kind<LargeContent> = { name: 'audit.largeContent', born: none }

export const largeRecordIds = (world: World, { id, records }: LargeContent): string[] =>
  Array.from({ length: records }, (_, i) => random(world.seed, 'large content', id, i).guid())

export function largeRecords(world: World, content: LargeContent): AuditRecord[] {
  const padding = 'Emulated. '.repeat(Math.ceil(content.recordBytes / 10))
  return largeRecordIds(world, content).map((id, i) => {
    const person = world.directory.at(i % world.directory.users)
    const record = fileOperation(world, {
      id,
      at: content.createdAt - 60_000,
      person,
      ip: homeIp(world, person),
      operation: 'FileAccessed',
      userAgent: '',
      folder: 'Shared Documents',
      file: `large-${i}.txt`,
      site: 'archive',
    })
    const missing = content.recordBytes - JSON.stringify(record).length
    return missing > 0 ? { ...record, EventData: padding.slice(0, missing) } : record
  })
}
