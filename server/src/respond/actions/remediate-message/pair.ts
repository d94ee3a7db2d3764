import { z } from 'zod'

import { messageUrl, userUrl } from '#connect/apis/graph/mail.ts'
import { odataQuery } from '#connect/apis/graph/odata.ts'
import type { MessageTarget } from '#respond/kinds/message.ts'
import { get, messageIn } from '#respond/message-state.ts'

/** How Defender names one copy of a message. */
export const Pair = z.object({ networkMessageId: z.string(), recipientEmailAddress: z.string() })
export type Pair = z.infer<typeof Pair>

const Headers = z.object({
  internetMessageHeaders: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
})
const Addressee = z.object({ mail: z.string().nullish() })

/** The message's pair; undefined when it is not there, or carries no network message ID. @throws AppError CONNECT_* */
export async function readPair(target: MessageTarget): Promise<Pair | undefined> {
  const { userId, messageId, userPrincipalName } = target.hit
  const [message, user] = await get(target, [
    `${messageUrl(userId, messageId)}${odataQuery({ $select: 'internetMessageHeaders' })}`,
    `${userUrl(userId)}${odataQuery({ $select: 'mail' })}`,
  ])
  const headers = messageIn(target, message!, Headers)?.internetMessageHeaders ?? []
  const networkMessageId = headers.find(({ name }) => NETWORK_MESSAGE_ID.test(name))?.value.trim()
  const { mail } = messageIn(target, user!, Addressee) ?? {}
  return networkMessageId ? { networkMessageId, recipientEmailAddress: mail ?? userPrincipalName } : undefined
}

const NETWORK_MESSAGE_ID = /^X-MS-Exchange-Organization-Network-Message-Id$/i
