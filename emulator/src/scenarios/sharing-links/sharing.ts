import { audited, recordId } from '#scenarios/deeds.ts'
import { fileOperation } from '#world/audit/records/sharepoint.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { FileOperation } from '#world/audit/records/sharepoint.ts'
import type { World } from '#world/world.ts'

import type { SharedFile } from './insider.ts'

/** A record about one shared file: made, sent, opened. */
export function sharing(
  world: World,
  at: number,
  operation: string,
  file: SharedFile,
  facts: Omit<FileOperation, 'id' | 'at' | 'operation' | 'file' | 'linkId'>,
): Deed {
  const id = recordId(world, 'sharing-links', operation, file.linkId, at)
  return audited(
    'Audit.SharePoint',
    at,
    fileOperation(world, { ...facts, id, at, operation, file: file.name, linkId: file.linkId }),
  )
}

export const BROWSER =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0'
export const TELEPHONE =
  'Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36'
