import {
  EventHubConsumerClient,
  RetryMode,
  type EventHubConsumerClientOptions,
  type EventPosition,
  type ReceivedEventData,
  type WebSocketImpl,
} from '@azure/event-hubs'
import { Agent, WebSocket } from 'undici'

import type { EventHubsPlace, Microsoft } from '#connect/microsoft.ts'
import { systemClock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'

import { placeOf, sharedAccessOf, type HubAddress } from './address.ts'
import { hubFault } from './faults.ts'
import { receive } from './receive.ts'

/**
 * An event hub over AMQP. A hub has partitions; each is a row of events that are numbered and timed in the order in which they
 * were enqueued, and forgotten after the hub's retention. Reading takes nothing away.
 */
export interface Hub {
  partitions(signal: AbortSignal): Promise<string[]>
  extent(partition: string, signal: AbortSignal): Promise<Extent>
  /**
   * Events from a number or a moment on; from the oldest that is left when that is younger. Take only as many as there are: it
   * waits for the next.
   */
  events(partition: string, from: Start, signal: AbortSignal): AsyncGenerator<HubEvent[], void, undefined>
  close(): Promise<void>
}

/** A number, or a moment in milliseconds since the epoch. */
export type Start = { sequence: number } | { since: number }

export interface HubEvent {
  sequence: number
  /** Milliseconds since the epoch, by Microsoft's clock. */
  enqueuedAt: number
  body: Buffer
}

/** What a partition holds. */
export interface Extent {
  /** Nothing that can be read: there has been none, or the hub has forgotten all of it. */
  isEmpty: boolean
  /** Number of the oldest event that is left. */
  first: number
  /** Number of the newest event, also one that is forgotten; less than 0 when there has been none. */
  last: number
  /** When the newest was enqueued, milliseconds since the epoch. */
  lastAt: number
}

/** Of a connection that is lost the library tries to make another; what remains is the next pass's. */
const RETRIES = {
  maxRetries: 2,
  retryDelayInMs: 500,
  maxRetryDelayInMs: 5000,
  timeoutInMs: 20_000,
  mode: RetryMode.Exponential,
}
/** Messages may have 1 MB each. */
const AHEAD = 32

/**
 * Opens nothing yet: the first request does. A partition is read by one reader at a time, as Microsoft allows five in a consumer
 * group, and others may read there too.
 *
 * @throws AppError CONNECT_ADDRESS_REFUSED. Its methods throw AppError CONNECT_*.
 */
export function openHub(microsoft: Microsoft, address: HubAddress): Hub {
  const { namespace, hub, consumerGroup, connectionString } = address
  const place = placeOf(microsoft, address)
  const credential = connectionString === undefined ? tokensOf(microsoft) : sharedAccessOf(connectionString, address)
  const client = new EventHubConsumerClient(consumerGroup, namespace, hub, credential, optionsOf(place, address))
  if (place.ca !== undefined) trust(client, place.ca, namespace)
  const turns = new Map<string, Promise<void>>()

  async function told<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    try {
      signal.throwIfAborted()
      return await ask()
    } catch (error) {
      signal.throwIfAborted()
      throw hubFault(error, address)
    }
  }

  /** Resolves when nobody else reads the partition; call what it gives when done. */
  async function turnAt(partition: string): Promise<() => void> {
    const before = turns.get(partition)
    const { promise, resolve } = Promise.withResolvers<void>()
    turns.set(partition, promise)
    await before
    return resolve
  }

  async function* read(
    partition: string,
    start: Start,
    signal: AbortSignal,
  ): AsyncGenerator<HubEvent[], void, undefined> {
    const done = await turnAt(partition)
    try {
      for await (const events of receive(client, { partition, from: positionOf(start), ahead: AHEAD, signal })) {
        if (events.length === 0) throw silent(address)
        yield events.map(toHubEvent)
      }
    } catch (error) {
      signal.throwIfAborted()
      throw hubFault(error, address)
    } finally {
      done()
    }
  }

  return {
    partitions: (abortSignal) =>
      told(abortSignal, async () => {
        // So that what Entra says is told in its own words.
        if (connectionString === undefined) await microsoft.accessToken('event-hubs')
        return client.getPartitionIds({ abortSignal })
      }),
    extent: (partition, abortSignal) =>
      told(abortSignal, async () => {
        const found = await client.getPartitionProperties(partition, { abortSignal })
        return {
          isEmpty: found.isEmpty,
          first: found.beginningSequenceNumber,
          last: found.lastEnqueuedSequenceNumber,
          lastAt: found.lastEnqueuedOnUtc.getTime(),
        }
      }),
    events: read,
    close: () => client.close(),
  }
}

/** The library asks again before a token ends, by the machine's clock. */
const ASK_AGAIN_MS = 5 * 60_000

function tokensOf(microsoft: Microsoft) {
  return {
    async getToken() {
      const { value } = await microsoft.accessToken('event-hubs')
      return { token: value, expiresOnTimestamp: systemClock.now() + ASK_AGAIN_MS }
    },
  }
}

function optionsOf({ endpoint, ca }: EventHubsPlace, { webSocket }: HubAddress): EventHubConsumerClientOptions {
  return {
    retryOptions: RETRIES,
    userAgent: 'Cordon',
    ...(endpoint !== undefined && { customEndpointAddress: endpoint }),
    ...(webSocket && { webSocketOptions: { webSocket: webSocketTrusting(ca) } }),
  }
}

/** The library makes its WebSockets itself, and passes no authority on. */
function webSocketTrusting(ca: string | undefined): WebSocketImpl {
  return class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, {
        ...(protocols && { protocols }),
        ...(ca !== undefined && { dispatcher: new Agent({ connect: { ca } }) }),
      })
    }
  }
}

/**
 * Has the client's own connection trust an authority. The library has no setting for it, short of trusting it everywhere in this
 * process, so it is put where the library puts the options of its socket.
 */
function trust(client: EventHubConsumerClient, ca: string, servername: string): void {
  const { connection } = client['_context'] as { connection: { options: Record<string, unknown> } }
  Object.assign(connection.options, { ca, servername })
}

function positionOf(start: Start): EventPosition {
  // The library asks for what is later than the moment, whatever one says; moments are whole milliseconds.
  if ('since' in start) return { enqueuedOn: start.since - 1 }
  return { sequenceNumber: start.sequence, isInclusive: true }
}

function toHubEvent({ sequenceNumber, enqueuedTimeUtc, body }: ReceivedEventData): HubEvent {
  return { sequence: sequenceNumber, enqueuedAt: enqueuedTimeUtc.getTime(), body: bytesOf(body) }
}

/** Mostly bytes; a producer may send text, several pieces, or a value of its own kind. */
function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  if (body instanceof Uint8Array) return Buffer.from(body)
  if (Array.isArray(body) && body.every((part) => part instanceof Uint8Array)) return Buffer.concat(body)
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? null))
}

function silent({ hub, namespace }: HubAddress): AppError {
  return new AppError({
    code: 'CONNECT_UNREACHABLE',
    what: `Could not read the event hub ${hub} of ${namespace}.`,
    why: 'It holds events and sent none for 20 seconds.',
    fix: 'Nothing needs doing: it is tried again. If it stays so, see https://portal.azure.com > the namespace > Metrics > Throttled Requests.',
    retry: 'backoff',
  })
}
