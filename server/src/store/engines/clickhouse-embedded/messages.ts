import { resolve } from 'node:path'

import { z } from 'zod'

/** Where files of rows lie on their way into the engine of a data folder: absolute, as the engine knows no other. */
export const rowsFolderOf = (dataDir: string): string => resolve(dataDir, 'incoming')

/** What the parent tells the engine's process first. Over the channel, as arguments and environment show in process lists. */
export const Start = z.object({
  dataDir: z.string(),
  host: z.string(),
  port: z.int(),
  password: z.string(),
  memoryLimitMb: z.int(),
})
export type Start = z.infer<typeof Start>

/** What the process answers: where it listens, or why it does not. */
export const Started = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ready'), port: z.int() }),
  z.object({ state: z.literal('failed'), message: z.string(), errno: z.string().optional() }),
])
export type Started = z.infer<typeof Started>
