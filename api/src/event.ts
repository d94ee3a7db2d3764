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
  cursor: z.string().optional().describe('`nextCursor` of the page before, with the same order.'),
  order: z.enum(['desc', 'asc']).default('desc').describe('By time: newest first, or oldest first.'),
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
    total: z.int().describe('Events in the whole range that match, each once.'),
    tookMs: z.int().describe('What the search took on the server.'),
  })
  .meta({ id: 'EventPage' })
export type EventPage = z.infer<typeof EventPage>

export const HistogramParams = EventFilterParams.extend({
  buckets: z.coerce.number().int().min(1).max(500).default(60),
})
export type HistogramParams = z.infer<typeof HistogramParams>

/** Buckets of a length that people read (1 s … 1 h … 1 d), on borders of it in UTC; those without events are there too. */
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

const names = (most: number) =>
  z
    .string()
    .transform((text) => text.split(',').flatMap((name) => name.trim() || []))
    .pipe(z.array(z.string().max(300)).max(most))

/** GET /api/tenants/{tenantId}/events/facets */
export const FacetParams = EventFilterParams.extend({
  fields: names(20).describe('Fields with a comma between, 20 at most.'),
  limit: z.coerce.number().int().min(1).max(100).default(8).describe('Values of each.'),
})
export type FacetParams = z.infer<typeof FacetParams>

/** Counts are of events: one with two values counts for both. */
export const Facet = z
  .object({
    field: z.string(),
    values: z.array(z.object({ value: z.string(), count: z.int() })).describe('The most frequent first.'),
    distinct: z.int().describe('How many values there are; about so many where there are thousands.'),
    missing: z.int().describe('Events in which the field has no value.'),
  })
  .meta({ id: 'Facet' })
export type Facet = z.infer<typeof Facet>

export const Facets = z
  .object({ total: z.int(), facets: z.array(Facet).describe('In the order asked for.') })
  .meta({ id: 'Facets' })
export type Facets = z.infer<typeof Facets>

/** GET /api/tenants/{tenantId}/events/{id}/surrounding */
export const SurroundingParams = z.object({
  before: z.coerce.number().int().min(0).max(500).default(10),
  after: z.coerce.number().int().min(0).max(500).default(10),
  query: z.string().max(10_000).optional().describe('KQL, to see only those of the same user, address or session.'),
})
export type SurroundingParams = z.infer<typeof SurroundingParams>

export const Surrounding = z
  .object({
    before: z.array(EcsDocument).describe('Older ones, the nearest first.'),
    after: z.array(EcsDocument).describe('Newer ones, the nearest first.'),
  })
  .meta({ id: 'Surrounding' })
export type Surrounding = z.infer<typeof Surrounding>

/** Response header of an export: how many events matched when it began. */
export const ROWS_HEADER = 'Cordon-Rows'

/**
 * GET /api/tenants/{tenantId}/events/export: every event that matches, oldest first, as a file that is sent while it is read.
 * NDJSON holds the whole documents; CSV and Parquet hold columns of text.
 */
export const EventExportParams = EventFilterParams.extend({
  format: z.enum(['ndjson', 'csv', 'parquet']).default('ndjson'),
  columns: names(200)
    .optional()
    .describe(
      'Fields with a comma between. Absent: whole documents as NDJSON, every field with a column of its own as CSV and Parquet.',
    ),
  originals: z.stringbool().default(false).describe('Also the records as Microsoft sent them, as `event.original`.'),
})
export type EventExportParams = z.infer<typeof EventExportParams>
