import { z } from 'zod'

/** GET /api/tenants/{tenantId}/safeguards: what holds actions back, whatever was planned and approved. */
export const Safeguards = z
  .object({
    stops: z
      .array(
        z.object({
          tenantId: z.string().optional().describe('The one tenant; absent: all of the installation.'),
          reason: z.string(),
          stoppedBy: z.string(),
          stoppedAt: z.string(),
        }),
      )
      .describe('All acting is stopped while there is one: running actions hold before their next target.'),
    shadowActions: z.array(z.string()).describe('Actions that only say what they would have done; `*` for every one.'),
  })
  .meta({ id: 'Safeguards' })
export type Safeguards = z.infer<typeof Safeguards>

/** POST /api/acting/stop and …/tenants/{tenantId}/acting/stop */
export const StopActing = z
  .object({ reason: z.string().trim().min(1).max(1000).describe('Shown to everybody while it lasts.') })
  .meta({ id: 'StopActing' })
export type StopActing = z.infer<typeof StopActing>

/** PATCH /api/tenants/{tenantId}/safeguards */
export const ChangeSafeguards = z
  .strictObject({
    shadowActions: z.array(z.string().min(1).max(100)).max(1000).describe('All of them; `*` for every action.'),
  })
  .meta({ id: 'ChangeSafeguards' })
export type ChangeSafeguards = z.infer<typeof ChangeSafeguards>
