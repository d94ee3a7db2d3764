import { TextReader } from '@zip.js/zip.js'

import type { CollectedFile } from '#domain/collected-file.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { User } from '#domain/user.ts'
import { sealedZip } from '#investigate/sealed-zip.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import type { Download } from './evidence.ts'

/** So many are listed. */
const LIST_MAX = 1000

/** Files that actions have brought from devices. They may be dangerous: they leave in a ZIP with a password alone. */
export interface CollectedFiles {
  /** Newest first: all of the tenant, or those of a run. */
  list(tenantId: TenantId, filter: { actionRunId?: string | undefined }): Promise<CollectedFile[]>
  /** Audited before the first byte. @throws AppError COLLECTED_FILE_NOT_FOUND. */
  download(user: User, tenantId: TenantId, id: string, request: { reason: string; password: string }): Promise<Download>
  /** @throws AppError COLLECTED_FILE_NOT_FOUND. */
  remove(user: User, tenantId: TenantId, id: string): Promise<void>
}

export function createCollectedFiles(
  { collectedFiles }: Pick<RecordStore, 'collectedFiles'>,
  audit: Audit,
): CollectedFiles {
  async function read(tenantId: TenantId, id: string): Promise<CollectedFile> {
    const file = await collectedFiles.read(tenantId, id)
    if (file) return file
    throw new AppError({
      code: 'COLLECTED_FILE_NOT_FOUND',
      what: 'Could not open the file from a device.',
      why: `The tenant has no collected file ${id}: it was removed, or has become too old.`,
      fix: 'Collect it again: on the page of the device, choose Respond > Collect file from device.',
    })
  }

  return {
    list: (tenantId, { actionRunId }) =>
      collectedFiles.list(tenantId, { limit: LIST_MAX, ...(actionRunId !== undefined && { actionRunId }) }),

    async download({ name }, tenantId, id, { reason, password }) {
      const file = await read(tenantId, id)
      await audit(name, 'collected-file.download', { ...toldOf(file), reason }, tenantId)
      const { sha256 } = file
      const bytes = sealedZip(password, async (zip) => {
        await zip.add(sha256, ReadableStream.from(collectedFiles.bytes(tenantId, id)))
        const { tenantId: tenant, ...rest } = file
        const manifest = { format: 'cordon-collected-file-1', tenantId: tenant, ...rest, downloadedBy: name, reason }
        await zip.add('manifest.json', new TextReader(`${JSON.stringify(manifest, undefined, 2)}\n`))
      })
      return { name: `${sha256.slice(0, 16)}.zip`, mediaType: 'application/zip', bytes }
    },

    async remove({ name }, tenantId, id) {
      const file = await read(tenantId, id)
      await collectedFiles.remove(tenantId, id)
      await audit(name, 'collected-file.remove', toldOf(file), tenantId)
    },
  }
}

/** What the audit log says of a file. */
function toldOf({ id, actionRunId, deviceId, deviceName, path, sha256 }: CollectedFile) {
  return { id, actionRunId, deviceId, deviceName, path, sha256 }
}
