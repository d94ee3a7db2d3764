import { COLLECTED_FILE_BYTES, type CollectedFile } from '#domain/collected-file.ts'
import { isoTime, type Clock } from '#domain/clock.ts'
import { stableId, type TenantId } from '#domain/ids.ts'
import type { RecordStore } from '#store/record-store.ts'

/** Where an action keeps files that it brings: those of one run. */
export interface FileKeeper {
  /** A longer file is not to be brought. */
  maxBytes: number
  /** What the run has of a session. Its bytes are read, so that it is known to be there as it came. @throws AppError STORE_*. */
  find(session: string): Promise<CollectedFile | undefined>
  /** Writes the bytes as they arrive. @throws what `bytes` throws; then nothing is kept. */
  keep(
    file: Pick<CollectedFile, 'session' | 'deviceId' | 'deviceName' | 'path'>,
    bytes: AsyncIterable<Buffer>,
  ): Promise<CollectedFile>
}

/** The files of the action run `id`. */
export function openFileKeeper({
  records,
  tenantId,
  id: actionRunId,
  clock,
  fileMaxBytes: maxBytes = COLLECTED_FILE_BYTES,
}: {
  records: Pick<RecordStore, 'collectedFiles'>
  tenantId: TenantId
  id: string
  clock: Clock
  fileMaxBytes?: number
}): FileKeeper {
  const idOf = (session: string) => stableId(actionRunId, session)
  return {
    maxBytes,
    async find(session) {
      const file = await records.collectedFiles.read(tenantId, idOf(session))
      if (!file) return undefined
      for await (const _ of records.collectedFiles.bytes(tenantId, file.id)) continue
      return file
    },
    keep: (file, bytes) =>
      records.collectedFiles.keep(
        { ...file, id: idOf(file.session), tenantId, actionRunId, collectedAt: isoTime(clock.now()) },
        bytes,
      ),
  }
}
