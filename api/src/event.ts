import { z } from 'zod'

/** Time span and query that search, histogram and top values share. */
export const EventFilterParams = z.object({
  from: z.iso.datetime().describe('Start, inclusive.'),
  to: z.iso.datetime().describe('End, exclusive.'),
  query: z
    .string()
    .max(10_000)
    .optional()
    .describe('KQL: `user.name : "ana*" and not source.ip : 10.0.0.0/8`; a bare word is searched in the sentence.'),
})
export type EventFilterParams = z.infer<typeof EventFilterParams>

export const EventSearchParams = EventFilterParams.extend({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().optional(),
})
export type EventSearchParams = z.infer<typeof EventSearchParams>

/** A nested ECS document. */
export const EcsDocument = z
  .looseObject({
    '@timestamp': z.string(),
    message: z.string(),
    event: z.looseObject({
      id: z.string(),
      dataset: z.string(),
      action: z.string().optional(),
      outcome: z.enum(['success', 'failure', 'unknown']).optional(),
    }),
  })
  .meta({ id: 'EcsDocument' })
export type EcsDocument = z.infer<typeof EcsDocument>

export const EventPage = z
  .object({
    events: z.array(EcsDocument),
    nextCursor: z.string().optional(),
    total: z.int().describe('Events in the whole range that match.'),
  })
  .meta({ id: 'EventPage' })
export type EventPage = z.infer<typeof EventPage>

export const HistogramParams = EventFilterParams.extend({
  buckets: z.coerce.number().int().min(1).max(500).default(60),
})
export type HistogramParams = z.infer<typeof HistogramParams>

export const Histogram = z
  .object({ intervalMs: z.int(), buckets: z.array(z.object({ time: z.string(), count: z.int() })) })
  .meta({ id: 'Histogram' })
export type Histogram = z.infer<typeof Histogram>

export const TopValuesParams = EventFilterParams.extend({
  field: z.string(),
  limit: z.coerce.number().int().min(1).max(100).default(10),
})
export type TopValuesParams = z.infer<typeof TopValuesParams>

export const TopValues = z
  .object({ values: z.array(z.object({ value: z.string(), count: z.int() })) })
  .meta({ id: 'TopValues' })
export type TopValues = z.infer<typeof TopValues>

export const StoredEvent = z
  .object({ event: EcsDocument, original: z.string().describe("The record's own text, as Microsoft sent it.") })
  .meta({ id: 'StoredEvent' })
export type StoredEvent = z.infer<typeof StoredEvent>
