import { z } from 'zod'

export const IntakeCounts = z
  .object({
    read: z.int(),
    kept: z.int(),
    duplicates: z.int(),
    dropped: z.record(z.string(), z.int()),
    excluded: z.record(z.string(), z.int()).optional().describe('Left out by the settings of the feed, by setting.'),
    quarantined: z.record(z.string(), z.int()),
  })
  .meta({ id: 'IntakeCounts' })
export type IntakeCounts = z.infer<typeof IntakeCounts>

/** GET …/coverage?from&to */
export const CoverageWindow = z
  .object({
    connectionId: z.string(),
    feed: z.string(),
    from: z.string(),
    to: z.string(),
    state: z.enum(['complete', 'in-progress', 'gap']),
    listed: z.int(),
    stored: z.int(),
    late: z.int().describe('Records kept that showed up when the window had been complete already.'),
    counts: IntakeCounts,
    reason: z.string().optional(),
    updatedAt: z.string(),
    requestedAt: z.string().optional().describe('When somebody asked for it again.'),
  })
  .meta({ id: 'CoverageWindow' })
export type CoverageWindow = z.infer<typeof CoverageWindow>

export const Coverage = z.object({ windows: z.array(CoverageWindow) }).meta({ id: 'Coverage' })
export type Coverage = z.infer<typeof Coverage>

/** POST …/coverage/back-fill: read a span of a feed again. What is stored already is found to be: nothing is twice. */
export const BackFillRequest = z
  .strictObject({
    connectionId: z.string(),
    feed: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
  })
  .meta({ id: 'BackFillRequest' })
export type BackFillRequest = z.infer<typeof BackFillRequest>

export const BackFill = z
  .object({
    from: z.string().describe('As far back as Microsoft still keeps records, on a border of windows.'),
    to: z.string(),
    windows: z.int().describe('Windows that will be read again.'),
  })
  .meta({ id: 'BackFill' })
export type BackFill = z.infer<typeof BackFill>
