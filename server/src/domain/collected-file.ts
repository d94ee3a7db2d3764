import type { TenantId } from './ids.ts'

/** A file that an action has brought from a device. Its bytes are sealed in the record store. */
export interface CollectedFile {
  id: string
  tenantId: TenantId
  actionRunId: string
  /** The live response session it came by: the id of a machine action at Microsoft. */
  session: string
  deviceId: string
  /** DNS name. */
  deviceName: string
  /** Where it lay on the device. */
  path: string
  /** Hexadecimal. */
  sha256: string
  sizeBytes: number
  collectedAt: string
}

/** How large a file may be that is collected, where nothing else is set: 100 MB. */
export const COLLECTED_FILE_BYTES = 100 * 1024 * 1024
/** How long a collected file is kept, where nothing else is set. */
export const COLLECTED_FILE_DAYS = 90
