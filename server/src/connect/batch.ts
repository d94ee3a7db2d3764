import { z } from 'zod'

import type { Clock } from '#domain/clock.ts'

import type { BatchPart, BatchReply, Microsoft, Traffic } from './microsoft.ts'
import { backoffMs, retryAfterMs } from './patience.ts'
import { scopeOf } from './request-path.ts'
import type { Throttle, Wait } from './throttle.ts'

/**
 * JSON batching, shared: whoever asks at the same moment travels in the same `$batch`, so that a thousand mailboxes cost fifty
 * requests. Microsoft throttles every part by itself inside a batch that succeeds, so each part has its own patience.
 *
 * @see https://learn.microsoft.com/graph/json-batching
 */
export interface BatchLine {
  /** {@link Microsoft.batch}. */
  send(parts: readonly BatchPart[], signal?: AbortSignal): Promise<BatchReply[]>
}

const LARGEST_BATCH = 20
/** Batches under way at one time. */
const AT_ONCE = 48
/** While fewer are under way, nobody waits for company. */
const PROMPT = 4
const LINGER_MS = 10
/** How often a part is sent. */
const TRIES_MAX = 8

const Replies = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number(),
      headers: z.record(z.string(), z.coerce.string()).default({}),
      body: z.unknown().optional(),
    }),
  ),
})

/** Parts of one caller for one mailbox: Exchange serves them four at a time, so two such groups never run side by side. */
interface Group {
  parts: readonly BatchPart[]
  /** Whether all of them may be sent again when the answer was lost. */
  repeatable: boolean
  signal: AbortSignal | undefined
  resolve(replies: BatchReply[]): void
  reject(error: unknown): void
}

/** A line to `microsoft`, whose `json` carries the batches. */
export function createBatchLine(
  microsoft: Pick<Microsoft, 'json'>,
  { throttle, wait, clock }: { throttle: Throttle; wait: Wait; clock: Clock },
  traffic: Traffic,
): BatchLine {
  const waiting: Group[] = []
  let underWay = 0
  let called = false

  /** Parts that are ready now, in a common batch with those of others. */
  function carry(parts: readonly BatchPart[], signal: AbortSignal | undefined): Promise<BatchReply[]> {
    const { promise, resolve, reject } = Promise.withResolvers<BatchReply[]>()
    waiting.push({ parts, repeatable: parts.every(isRepeatable), signal, resolve, reject })
    call()
    return promise
  }

  /**
   * At the end of this turn, when everybody who asks now has asked; and where others are under way already, a few milliseconds
   * later: whoever they hold up comes with their answers.
   */
  function call(): void {
    if (called) return
    called = true
    const leave = () => {
      called = false
      while (underWay < AT_ONCE && waiting.length > 0) void deliver(take(waiting))
    }
    if (underWay < PROMPT) setImmediate(leave)
    else setTimeout(leave, LINGER_MS)
  }

  async function deliver(groups: readonly Group[]): Promise<void> {
    const live = groups.filter(({ signal, reject }) => !signal?.aborted || reject(signal.reason))
    if (live.length === 0) return
    underWay++
    try {
      const replies = await post(microsoft, live)
      traffic.parts += replies.length
      traffic.throttled += replies.filter(isThrottled).length
      for (const { parts, resolve } of live) resolve(replies.splice(0, parts.length))
    } catch (error) {
      for (const { reject } of live) reject(error)
    } finally {
      underWay--
      call()
    }
  }

  async function sendGroup(parts: readonly BatchPart[], signal: AbortSignal | undefined): Promise<BatchReply[]> {
    const scope = scopeOf('graph', `/v1.0${parts[0]!.url}`)
    const places = scope.name === 'graph' ? AT_ONCE * LARGEST_BATCH : 1
    const gate = { name: `${scope.name} batched`, places }
    const replies: BatchReply[] = []
    let open = parts.map((_, index) => index)
    for (let tries = 1; ; tries++) {
      const sent = open.map((index) => parts[index]!)
      const came = await throttle.run(gate, signal, () => carry(sent, signal))
      for (const [i, index] of open.entries()) replies[index] = came[i]!
      open = open.filter((index) => isToRepeat(parts[index]!, replies[index]!))
      if (open.length === 0 || tries === TRIES_MAX) return replies
      const waits = open.map((index) => retryAfterMs(replies[index]!.headers['retry-after'], clock))
      const ms = Math.max(...waits.map((each) => each ?? backoffMs(tries)))
      // Others who ask the same mailbox would be told the same.
      if (open.some((index) => isThrottled(replies[index]!))) throttle.pause(gate, ms)
      else await wait(ms, signal)
    }
  }

  return {
    async send(parts, signal) {
      const replies: BatchReply[] = []
      const groups = groupsOf(parts)
      await Promise.all(
        groups.map(async (indexes) => {
          const came = await sendGroup(
            indexes.map((index) => parts[index]!),
            signal,
          )
          for (const [i, index] of indexes.entries()) replies[index] = came[i]!
        }),
      )
      return replies
    },
  }
}

const isRepeatable = ({ method, repeatable }: BatchPart): boolean => repeatable ?? method === 'GET'

/** Positions of parts that go together: of one mailbox, all repeatable or none, as many as a batch holds. */
function groupsOf(parts: readonly BatchPart[]): number[][] {
  const keyOf = (index: number) => {
    const scope = scopeOf('graph', `/v1.0${parts[index]!.url}`)
    // What is of no mailbox needs no neighbors, and waits for none.
    return `${scope.name === 'graph' ? index : scope.name} ${isRepeatable(parts[index]!)}`
  }
  const together = Map.groupBy(parts.keys(), keyOf).values()
  return [...together].flatMap((indexes) =>
    Array.from({ length: Math.ceil(indexes.length / LARGEST_BATCH) }, (_, i) =>
      indexes.slice(i * LARGEST_BATCH, (i + 1) * LARGEST_BATCH),
    ),
  )
}

/** Takes the first group and those after it that fit beside it. What may not be repeated never travels with what may. */
function take(waiting: Group[]): Group[] {
  const [first] = waiting
  const taken: Group[] = []
  let room = LARGEST_BATCH
  for (let i = 0; i < waiting.length && room > 0;) {
    const group = waiting[i]!
    if (group.repeatable === first!.repeatable && group.parts.length <= room) {
      taken.push(group)
      room -= group.parts.length
      waiting.splice(i, 1)
    } else {
      i++
    }
  }
  return taken
}

async function post(microsoft: Pick<Microsoft, 'json'>, groups: readonly Group[]): Promise<BatchReply[]> {
  const parts = groups.flatMap((group) => group.parts)
  const { responses } = await microsoft.json(
    {
      api: 'graph',
      method: 'POST',
      path: '/v1.0/$batch',
      what: `Could not send ${parts.length} requests to Microsoft Graph in one batch.`,
      repeatable: groups[0]!.repeatable,
      body: {
        requests: parts.map(({ method, url, headers, body }, index) => ({
          id: String(index),
          method,
          url,
          ...(body === undefined ? { headers } : { headers: { 'content-type': 'application/json', ...headers }, body }),
        })),
      },
    },
    Replies,
  )
  const found = new Map(responses.map((response) => [Number(response.id), response]))
  return parts.map((_, index) => toReply(found.get(index)))
}

/** A part that Microsoft left out of its answer has status 0: whether it was carried out is unknown. */
function toReply(response: z.infer<typeof Replies>['responses'][number] | undefined): BatchReply {
  if (!response) return { status: 0, headers: {}, body: undefined }
  const headers = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return { status: response.status, headers: Object.fromEntries(headers), body: response.body }
}

const isThrottled = ({ status, headers }: BatchReply): boolean =>
  status === 429 || (status === 503 && 'retry-after' in headers)

const isToRepeat = (part: BatchPart, reply: BatchReply): boolean =>
  isThrottled(reply) || (isRepeatable(part) && (reply.status === 0 || reply.status >= 500))
