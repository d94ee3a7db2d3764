import { z } from 'zod'

import { ActionRun } from './action-run.ts'
import { Alert } from './alert.ts'
import { Investigation } from './investigation.ts'
import { Safeguards } from './safeguards.ts'

/** GET …/stream: server-sent events; `data` is one of these as JSON. */
export const StreamMessage = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('events'), count: z.int(), newest: z.string() }),
    z.object({ kind: z.literal('alert'), alert: Alert }),
    z.object({ kind: z.literal('investigation'), investigation: Investigation }),
    z.object({ kind: z.literal('action-run'), actionRun: ActionRun }),
    z.object({ kind: z.literal('safeguards'), safeguards: Safeguards }),
  ])
  .meta({ id: 'StreamMessage' })
export type StreamMessage = z.infer<typeof StreamMessage>
