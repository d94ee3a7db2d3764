import { setTimeout as pause } from 'node:timers/promises'

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
import { hubFault, isLineLost } from './faults.ts'
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

/** What the service asks to try again the library does. */
const RETRIES = {
  maxRetries: 2,
  retryDelayInMs: 500,
  maxRetryDelayInMs: 5000,
  timeoutInMs: 20_000,
  mode: RetryMode.Exponential,
}
/** Of a connection that breaks the library makes a failure: so often in a row another is made. */
const CONNECTIONS = 3
const CONNECT_AGAIN_MS = 250
/** Messages may have 1 MB each. */
const AHEAD = 32

/** One connection. */
interface Line {
  client: EventHubConsumerClient
  broken: AbortController
}

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
  let line = connect()
  const earlier: Line[] = []
  const turns = new Map<string, Promise<void>>()

  function connect(): Line {
    const client = new EventHubConsumerClient(consumerGroup, namespace, hub, credential, optionsOf(place, address))
    if (place.ca !== undefined) trust(client, place.ca, namespace)
    return { client, broken: new AbortController() }
  }

  /** In place of one that broke, unless that was done already. Who waits on it would not be told otherwise. */
  function replace(used: Line): void {
    if (line !== used) return
    earlier.push(used)
    line = connect()
    used.broken.abort(new Error('The connection broke.'))
  }

  /** Waits where it is worth trying again after `error`. @throws AppError otherwise; the signal's reason. */
  async function orTryAgain(error: unknown, used: Line, tries: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!isLineLost(error) || tries >= CONNECTIONS) throw hubFault(error, address)
    replace(used)
    try {
      await pause(CONNECT_AGAIN_MS * tries, undefined, { signal })
    } catch {
      signal.throwIfAborted()
    }
  }

  async function told<T>(signal: AbortSignal, ask: (client: EventHubConsumerClient) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      signal.throwIfAborted()
      const used = line
      try {
        return await ask(used.client)
      } catch (error) {
        await orTryAgain(error, used, tries, signal)
      }
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
    let from = start
    try {
      for (let tries = 1; ; tries++) {
        const used = line
        const either = AbortSignal.any([signal, used.broken.signal])
        try {
          const options = { partition, from: positionOf(from), ahead: AHEAD, signal: either }
          for await (const events of receive(used.client, options)) {
            if (events.length === 0) throw silent(address)
            // A link that was opened anew may bring again what it brought before.
            const fresh = events.map(toHubEvent).filter((event) => isAhead(event, from))
            if (fresh.length === 0) continue
            tries = 1
            from = { sequence: fresh.at(-1)!.sequence + 1 }
            yield inOrder(fresh)
          }
          return
        } catch (error) {
          await orTryAgain(error, used, tries, signal)
        }
      }
    } finally {
      done()
    }
  }

  return {
    partitions: (abortSignal) =>
      told(abortSignal, async (used) => {
        // So that what Entra says is told in its own words.
        if (connectionString === undefined) await microsoft.accessToken('event-hubs')
        return used.getPartitionIds({ abortSignal })
      }),
    extent: (partition, abortSignal) =>
      told(abortSignal, async (used) => {
        const found = await used.getPartitionProperties(partition, { abortSignal })
        return {
          isEmpty: found.isEmpty,
          first: found.beginningSequenceNumber,
          last: found.lastEnqueuedSequenceNumber,
          lastAt: found.lastEnqueuedOnUtc.getTime(),
        }
      }),
    events: read,
    async close() {
      // A connection that ends badly has ended.
      await Promise.allSettled([line, ...earlier].map(({ client }) => client.close()))
    },
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

/** Whether an event is one of those that were asked for. */
function isAhead({ sequence }: HubEvent, from: Start): boolean {
  return 'since' in from || sequence >= from.sequence
}

/** As numbered, each once. */
function inOrder(events: readonly HubEvent[]): HubEvent[] {
  const bySequence = new Map(events.map((event) => [event.sequence, event]))
  return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence)
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
