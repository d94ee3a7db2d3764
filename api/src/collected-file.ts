import { z } from 'zod'

import { Reason } from './evidence.ts'

/** The password with which people who look into dangerous files expect them to be packed. */
export const FILE_PASSWORD = 'infected'

export const CollectedFile = z
  .object({
    id: z.string(),
    actionRunId: z.string().describe('The run that has brought it.'),
    session: z.string().describe('The live response session it came by: the id of a machine action at Microsoft.'),
    deviceId: z.string(),
    deviceName: z.string().describe('DNS name.'),
    path: z.string().describe('Where it lay on the device.'),
    sha256: z.string(),
    sizeBytes: z.int(),
    collectedAt: z.string(),
  })
  .meta({ id: 'CollectedFile' })
export type CollectedFile = z.infer<typeof CollectedFile>

/** GET …/collected-files: newest first. */
export const CollectedFileList = z.object({ files: z.array(CollectedFile) }).meta({ id: 'CollectedFileList' })
export type CollectedFileList = z.infer<typeof CollectedFileList>

export const CollectedFileParams = z.object({
  actionRunId: z.string().optional().describe('Of this run; of all when absent.'),
})

/** POST …/collected-files/{id}/download */
export const DownloadCollectedFile = z
  .object({
    reason: Reason,
    password: z.string().min(8).max(200).default(FILE_PASSWORD).describe('Of the ZIP.'),
  })
  .meta({ id: 'DownloadCollectedFile' })
export type DownloadCollectedFile = z.input<typeof DownloadCollectedFile>
