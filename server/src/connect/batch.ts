import { z } from 'zod'

import type { Clock } from '#domain/clock.ts'

import type { BatchPart, BatchReply, Microsoft } from './microsoft.ts'
import { backoffMs, retryAfterMs } from './patience.ts'
import type { Wait } from './throttle.ts'

const LARGEST_BATCH = 20
/** Rounds in which throttled parts are sent again. */
const ROUNDS_MAX = 8

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

interface BatchOptions {
  wait: Wait
  clock: Clock
  signal: AbortSignal | undefined
}

/**
 * {@link Microsoft.batch}. Microsoft throttles every part by itself inside a batch that succeeds, so that only those parts
 * are sent again, after the longest wait any of them was given.
 */
export async function sendBatch(
  microsoft: Microsoft,
  parts: readonly BatchPart[],
  options: BatchOptions,
): Promise<BatchReply[]> {
  const replies = new Map<number, BatchReply>()
  let open = parts.map((_, index) => index)
  for (let round = 1; open.length > 0; round++) {
    for (let start = 0; start < open.length; start += LARGEST_BATCH) {
      const chunk = open.slice(start, start + LARGEST_BATCH)
      for (const [index, reply] of await sendChunk(microsoft, parts, chunk, options.signal)) replies.set(index, reply)
    }
    const throttled = open.filter((index) => isToRepeat(parts[index]!, replies.get(index)!))
    if (throttled.length === 0 || round === ROUNDS_MAX) break
    const waits = throttled.map((index) => retryAfterMs(replies.get(index)!.headers['retry-after'], options.clock))
    await options.wait(Math.max(...waits.map((ms) => ms ?? backoffMs(round))), options.signal)
    open = throttled
  }
  return parts.map((_, index) => replies.get(index)!)
}

async function sendChunk(
  microsoft: Microsoft,
  parts: readonly BatchPart[],
  chunk: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Map<number, BatchReply>> {
  const { responses } = await microsoft.json(
    {
      api: 'graph',
      method: 'POST',
      path: '/v1.0/$batch',
      what: `Could not send ${chunk.length} requests to Microsoft Graph in one batch.`,
      repeatable: chunk.every((index) => parts[index]!.method === 'GET'),
      body: {
        requests: chunk.map((index) => {
          const { method, url, headers, body } = parts[index]!
          return {
            id: String(index),
            method,
            url,
            ...(body === undefined
              ? { headers }
              : { headers: { 'content-type': 'application/json', ...headers }, body }),
          }
        }),
      },
      ...(signal && { signal }),
    },
    Replies,
  )
  const found = new Map(responses.map((response) => [Number(response.id), response]))
  return new Map(chunk.map((index) => [index, toReply(found.get(index))]))
}

/** A part that Microsoft left out of its answer has status 0: whether it was carried out is unknown. */
function toReply(response: z.infer<typeof Replies>['responses'][number] | undefined): BatchReply {
  if (!response) return { status: 0, headers: {}, body: undefined }
  const headers = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return { status: response.status, headers: Object.fromEntries(headers), body: response.body }
}

function isToRepeat(part: BatchPart, { status, headers }: BatchReply): boolean {
  if (status === 429 || (status === 503 && 'retry-after' in headers)) return true
  return part.method === 'GET' && (status === 0 || status >= 500)
}
