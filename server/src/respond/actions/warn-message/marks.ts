import { z } from 'zod'

import { messageUrl } from '#connect/apis/graph/mail.ts'
import { odataQuery } from '#connect/apis/graph/odata.ts'
import type { MessageTarget } from '#respond/kinds/message.ts'
import { get, messageIn } from '#respond/message-state.ts'

/** A message's text as Graph has it. */
export const Body = z.object({ contentType: z.string(), content: z.string() })
export type Body = z.infer<typeof Body>

const Marked = z.object({ categories: z.array(z.string()).nullish(), body: Body.nullish() })

/** What a warning changes of a message. */
export interface Marks {
  categories: string[]
  /** Only when it was asked for. */
  body?: Body
}

/** The marks that the message carries; undefined when it is not there. @throws AppError CONNECT_* */
export async function readMarks(target: MessageTarget, wish: { body: boolean }): Promise<Marks | undefined> {
  const { userId, messageId } = target.hit
  const $select = wish.body ? 'categories,body' : 'categories'
  const [reply] = await get(target, [`${messageUrl(userId, messageId)}${odataQuery({ $select })}`])
  const found = messageIn(target, reply!, Marked)
  return found && { categories: found.categories ?? [], ...(wish.body && found.body && { body: found.body }) }
}
