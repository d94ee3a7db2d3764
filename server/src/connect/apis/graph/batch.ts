import type { z } from 'zod'

import type { BatchReply, MicrosoftRequest } from '#connect/microsoft.ts'
import { replyFault, unreadable } from '#connect/faults.ts'

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
