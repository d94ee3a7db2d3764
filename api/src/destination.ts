import { z } from 'zod'

/** What is sent on to a destination. */
export const ForwardFilter = z.strictObject({
  events: z.boolean().default(true),
  datasets: z.array(z.string().min(1).max(100)).max(200).default([]).describe('Of these alone; of all when empty.'),
  query: z.string().max(10_000).default('').describe('As on the Events page; everything when empty.'),
  alerts: z.boolean().default(false),
})
export type ForwardFilter = z.infer<typeof ForwardFilter>

const Name = z.string().min(1).max(100)
const Options = z
  .record(z.string(), z.unknown())
  .describe('As the kind takes them: `options` of GET destination-kinds.')
const Secret = z.string().min(1).max(10_000)

/** POST /api/tenants/{tenantId}/destinations */
export const CreateDestination = z
  .strictObject({
    name: Name,
    kind: z.string().min(1).max(100),
    options: Options.default({}),
    secret: Secret.optional().describe('Kept sealed, and never shown again.'),
    filter: ForwardFilter.default({ events: true, datasets: [], query: '', alerts: false }),
    from: z
      .enum(['now', 'beginning'])
      .default('now')
      .describe('With what comes from now on, or with everything that is stored already.'),
  })
  .meta({ id: 'CreateDestination' })
export type CreateDestination = z.input<typeof CreateDestination>

/** PATCH /api/tenants/{tenantId}/destinations/{id}: what is absent stays. */
export const ChangeDestination = z
  .strictObject({
    name: Name.optional(),
    options: Options.optional().describe('All of them.'),
    secret: Secret.optional(),
    filter: ForwardFilter.optional(),
    isPaused: z.boolean().optional(),
  })
  .meta({ id: 'ChangeDestination' })
export type ChangeDestination = z.input<typeof ChangeDestination>

const Trouble = { code: z.string(), what: z.string(), why: z.string(), fix: z.string() }

export const Destination = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.string(),
    options: z.record(z.string(), z.unknown()),
    hasSecret: z.boolean(),
    filter: ForwardFilter,
    isPaused: z.boolean(),
    createdAt: z.string(),
    delivered: z.int().describe('Events and alerts that it took.'),
    deadLetters: z.int().describe('What it refused and nobody has settled.'),
    lastDeliveredAt: z.string().optional(),
    fault: z
      .object({ since: z.string(), ...Trouble })
      .optional()
      .describe('What keeps it from being sent to just now; everything waits.'),
    backlog: z
      .object({ count: z.int(), lagMs: z.number() })
      .optional()
      .describe('Events that wait, and how long the first of them does; absent where no events are sent.'),
  })
  .meta({ id: 'Destination' })
export type Destination = z.infer<typeof Destination>

/** GET /api/tenants/{tenantId}/destinations */
export const DestinationList = z.object({ destinations: z.array(Destination) }).meta({ id: 'DestinationList' })
export type DestinationList = z.infer<typeof DestinationList>

/** A kind of destination, before it is chosen. */
export const DestinationKind = z
  .object({
    id: z.string(),
    title: z.string(),
    summary: z.string(),
    options: z.record(z.string(), z.unknown()).describe('JSON Schema.'),
    secret: z.object({ title: z.string(), why: z.string() }).optional(),
  })
  .meta({ id: 'DestinationKind' })
export type DestinationKind = z.infer<typeof DestinationKind>

/** GET /api/destination-kinds */
export const DestinationKindList = z.object({ kinds: z.array(DestinationKind) }).meta({ id: 'DestinationKindList' })
export type DestinationKindList = z.infer<typeof DestinationKindList>

/** POST /api/tenants/{tenantId}/destinations/{id}/test: one marked event was sent. */
export const DestinationTest = z
  .object({
    eventId: z.string().describe('`event.id` of the event that was sent; its tags have `cordon-test`.'),
    ok: z.boolean(),
    answer: z.string().optional().describe('In the destination’s own words.'),
    problem: z.object(Trouble).optional(),
  })
  .meta({ id: 'DestinationTest' })
export type DestinationTest = z.infer<typeof DestinationTest>

export const DeadLetterParams = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  offset: z.coerce.number().int().min(0).max(10_000_000).default(0),
})

/** GET /api/tenants/{tenantId}/destinations/{id}/dead-letters, newest first. */
export const DeadLetterList = z
  .object({
    letters: z.array(
      z.object({
        id: z.string().describe('`event.id`.'),
        kind: z.enum(['event', 'alert']),
        dataset: z.string(),
        timeMs: z.number().describe('When it happened.'),
        reason: z.string().describe('In the destination’s own words.'),
        refusedAt: z.string(),
        document: z.string().describe('As it was sent.'),
      }),
    ),
  })
  .meta({ id: 'DeadLetterList' })
export type DeadLetterList = z.infer<typeof DeadLetterList>

/** POST …/dead-letters/retry, DELETE …/dead-letters */
export const SettledLetters = z.object({ count: z.int() }).meta({ id: 'SettledLetters' })
export type SettledLetters = z.infer<typeof SettledLetters>
