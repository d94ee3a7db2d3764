import { z } from 'zod'

import { defineFeed, type Feed, type FeedContext } from '#collect/feed.ts'
import type { HubAddress } from '#connect/apis/event-hubs/address.ts'
import { ROLE } from '#connect/apis/event-hubs/faults.ts'
import { withHub } from '#connect/apis/event-hubs/shared-hub.ts'
import { AppError } from '#domain/errors.ts'

import { listSlots } from './list-slots.ts'

/**
 * The other way in: diagnostic settings of Entra and Azure, and Defender's streaming, send their logs to an event hub within
 * minutes, whole and without the limits of the APIs. Whatever log it is, the records say so themselves (`category`).
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WINDOW_MS = 10 * MINUTE

const Options = z.strictObject({
  namespace: z
    .string()
    .regex(
      /^[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d-]+)+$/i,
      'Expected a host name such as contoso-logs.servicebus.windows.net.',
    )
    .describe('Host name of the namespace: contoso-logs.servicebus.windows.net.'),
  hub: z.string().min(1).max(260).describe('Name of the event hub in the namespace.'),
  consumerGroup: z
    .string()
    .min(1)
    .max(50)
    .default('$Default')
    .describe('Consumer group to read in; best one that only Cordon uses.'),
  webSocket: z
    .boolean()
    .default(false)
    .describe('Connect by WebSocket (port 443), where AMQP over TLS (port 5671) is not let out.'),
  retentionHours: z
    .int()
    .min(1)
    .max(90 * 24)
    .default(24)
    .describe('Hours that the hub keeps events, as it is set in Azure; the first pass begins so far back.'),
})
type Options = z.infer<typeof Options>

function addressOf({ options, secret }: FeedContext<Options>): HubAddress {
  const { namespace, hub, consumerGroup, webSocket } = options
  return { namespace, hub, consumerGroup, webSocket, ...(secret !== undefined && { connectionString: secret }) }
}

/** Reads an event, where there is one, which takes every right and every part of the address. */
async function check(context: FeedContext<Options>): Promise<AppError[]> {
  const { microsoft, signal } = context
  try {
    const tried = withHub(microsoft, addressOf(context), async function* (hub) {
      for (const partition of await hub.partitions(signal)) {
        const extent = await hub.extent(partition, signal)
        if (!extent.isEmpty) yield* hub.events(partition, { since: extent.lastAt }, signal)
      }
    })
    await tried.next()
    await tried.return()
    return []
  } catch (error) {
    if (error instanceof AppError) return [error]
    throw error
  }
}

export const EVENT_HUBS_FEEDS: readonly Feed[] = [
  defineFeed<Options>({
    id: 'event-hubs.diagnostics',
    title: 'Event Hubs: diagnostic logs',
    dataset: 'azure.event_hub',
    api: 'event-hubs',
    permissions: [],
    requirements: [
      {
        kind: 'azure-role',
        name: ROLE,
        why: 'Reads the events; given in Azure, on the namespace or the hub: Access control (IAM) > Add role assignment. Not needed with a connection string.',
      },
      {
        kind: 'setting',
        name: 'Diagnostic settings',
        why: 'Send the logs to the hub: Microsoft Entra admin center > Diagnostic settings, Azure > Activity log > Export, or Microsoft Defender > Settings > Streaming API.',
      },
    ],
    lateness:
      'Enqueued minutes after the event, in one order: what is in the hub is never joined by something earlier.',
    windowing: {
      // A row on a page, and as much as is listed again after a restart.
      windowMs: WINDOW_MS,
      // What lies behind is walked through by the hour: opening a reader costs more than what it then brings.
      listMs: HOUR,
      // The longest that Azure lets a hub keep events.
      retentionMs: 90 * DAY - HOUR,
      // Nothing comes late; clocks that differ make it seem so. Looking again costs a request for each partition.
      overlapMs: 15 * MINUTE,
      reconcileMs: 15 * MINUTE,
      settleMs: 1_000,
    },
    options: Options,
    secret: {
      title: 'Connection string',
      why: 'Signs in with a shared access policy of the namespace or the hub that has Listen, in place of the application.',
      isNeeded: false,
    },
    // A window less, so that it begins within what the hub has.
    lookbackMs: ({ retentionHours }) => retentionHours * HOUR - WINDOW_MS,
    source: {
      list(context, span) {
        const { microsoft, clock, signal, options } = context
        const keptFrom = clock.now() - options.retentionHours * HOUR
        return listSlots({ microsoft, address: addressOf(context), signal, keptFrom }, span)
      },
      check,
    },
  }),
]
