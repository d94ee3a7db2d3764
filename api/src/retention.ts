import { z } from 'zod'

const Days = z.int().min(1).max(36_500)

/** How long a dataset's events are kept, and what there is of it. */
export const DatasetRetention = z
  .object({
    dataset: z.string(),
    days: Days.optional().describe('By the time of the event; absent: for ever.'),
    own: z.boolean().describe('Set for this dataset; otherwise it follows the default of the tenant.'),
    events: z.int().describe('Stored now.'),
    oldest: z.string().optional().describe('Time of the oldest one.'),
    expired: z.int().describe('Stored still, although older than `days`: they go with the next pass.'),
  })
  .meta({ id: 'DatasetRetention' })
export type DatasetRetention = z.infer<typeof DatasetRetention>

/** GET /api/tenants/{tenantId}/retention */
export const Retention = z
  .object({
    days: Days.optional().describe('Of datasets without a setting of their own; absent: for ever.'),
    datasets: z.array(DatasetRetention).describe('Those with events or a setting, by name.'),
    appliedAt: z.string().optional().describe('When the last pass ended; absent before the first.'),
  })
  .meta({ id: 'Retention' })
export type Retention = z.infer<typeof Retention>

/** PATCH /api/tenants/{tenantId}/retention: what is older is deleted for good, with the next pass and from then on. */
export const SetRetention = z
  .strictObject({
    dataset: z.string().min(1).max(100).optional().describe('Absent: the default of the tenant.'),
    days: Days.nullable().describe('Null: for ever, or for a dataset: as the default says.'),
  })
  .meta({ id: 'SetRetention' })
export type SetRetention = z.infer<typeof SetRetention>
