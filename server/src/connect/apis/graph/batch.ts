import type { z } from 'zod'

import type { BatchPart, BatchReply, Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'
import { replyFault, unreadable } from '#connect/faults.ts'

/**
 * Sends a request in a `$batch` shared with whoever asks at the moment, and gives its body, parsed by `schema`.
 *
 * @throws AppError CONNECT_*, as sending it alone would.
 */
export async function sendBatched<T>(
  microsoft: Microsoft,
  request: MicrosoftRequest & Pick<Partial<BatchPart>, 'method'>,
  schema: z.ZodType<T>,
): Promise<T> {
  const { method = 'GET', path, headers, body, repeatable, signal } = request
  const part = {
    method,
    url: path.replace(/^\/v1\.0/, ''),
    ...(headers && { headers }),
    ...(body !== undefined && { body }),
    ...(repeatable && { repeatable }),
  }
  const [reply] = await microsoft.batch([part], signal)
  return batchedJson(request, reply!, schema)
}

/**
 * The body of one part of a `$batch`, parsed by `schema`. `request` says what the part was for, as if sent alone.
 *
 * @throws AppError CONNECT_*, as sending it alone would.
 */
export function batchedJson<T>(request: MicrosoftRequest, part: BatchReply, schema: z.ZodType<T>): T {
  const reply = { ...part, body: Buffer.from(JSON.stringify(part.body ?? null)) }
  if (part.status >= 300) throw replyFault(request, reply)
  const parsed = schema.safeParse(part.body)
  if (!parsed.success) throw unreadable(request, reply)
  return parsed.data
}
