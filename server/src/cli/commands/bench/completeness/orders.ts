import { z } from 'zod'

/** How far back the first pass begins: a short history makes a short run. */
export const LOOKBACK_MS = 4 * 3_600_000

/** What the bench asks of its worker, each with a number that the answer carries. */
export const Order = z.object({
  id: z.int(),
  order: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('connect'), clientId: z.string(), secret: z.string(), feeds: z.array(z.string()) }),
    /** The clock goes on. */
    z.object({ kind: z.literal('advance'), ms: z.number() }),
    z.object({ kind: z.literal('count') }),
    /** Of every event, page by page: one that is there twice is twice in it. */
    z.object({ kind: z.literal('ids') }),
    z.object({ kind: z.literal('windows') }),
    z.object({ kind: z.literal('stop') }),
  ]),
})
export type Order = z.infer<typeof Order>['order']

export const Answer = z.object({ id: z.int(), value: z.unknown(), error: z.string().optional() })
export const Ids = z.array(z.string())
export const Windows = z.array(
  z.object({
    feed: z.string(),
    from: z.string(),
    to: z.string(),
    state: z.enum(['complete', 'in-progress', 'gap']),
    reason: z.string().optional(),
    listed: z.int(),
    stored: z.int(),
    updatedAt: z.string(),
  }),
)
export type Window = z.infer<typeof Windows>[number]
