import { badRequest } from '#services/graph/errors.ts'
import { headersOf, sentAt } from '#world/mail/mime.ts'
import { sizeOfItem } from '#world/mail/item.ts'
import type { Message } from '#world/mail/message.ts'

/**
 * MAPI properties as the Graph names them: `String 0x007D` by tag, `String {guid} Name thing` or `{guid} Id 0x8506` by name.
 * Types and hexadecimal digits are compared in any case.
 */
export function extendedOf(message: Message, id: string): string | undefined {
  const wanted = canonical(id)
  const own = Object.entries(message.item.extended ?? {}).find(([known]) => canonical(known) === wanted)
  return own?.[1] ?? KNOWN[wanted]?.(message)
}

const canonical = (id: string) => id.trim().toLowerCase().replaceAll(/\s+/g, ' ').replace(/0x0*/g, '0x')

const known = (properties: Record<string, (message: Message) => string | undefined>) =>
  Object.fromEntries(Object.entries(properties).map(([id, read]) => [canonical(id), read]))

const iso = (milliseconds: number) => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`

const KNOWN = known({
  'String 0x001A': ({ item }) =>
    item.meeting ? `IPM.Schedule.Meeting.${item.meeting.kind === 'request' ? 'Request' : 'Resp.Pos'}` : 'IPM.Note',
  'String 0x0037': ({ item }) => item.subject,
  'String 0x1035': ({ item }) => item.internetMessageId,
  'String 0x0C1A': ({ item }) => item.from.name,
  'String 0x0C1F': ({ item }) => item.from.address,
  'String 0x5D01': ({ item }) => item.from.address,
  'String 0x0E04': ({ item }) => item.to.map(({ name }) => name).join('; '),
  'String 0x007D': ({ item }) =>
    headersOf(item)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\r\n'),
  'Integer 0x0E07': (message) => String((message.isRead ? 1 : 0) | (message.item.isDraft ? 8 : 0)),
  'Integer 0x0E08': ({ item }) => String(sizeOfItem(item)),
  'Integer 0x0017': ({ importance }) => String(['low', 'normal', 'high'].indexOf(importance)),
  'SystemTime 0x0E06': ({ item }) => iso(item.receivedAt),
  'SystemTime 0x0039': ({ item }) => iso(sentAt(item)),
})

/** `id eq 'a' or id eq 'b'`, in the parentheses of `$expand`. */
export function idsIn(filter: string | undefined): string[] {
  const ids = [...(filter ?? '').matchAll(/\bid\s+eq\s+'((?:[^']|'')*)'/gi)].map(([, id]) => id!.replaceAll("''", "'"))
  if (ids.length === 0)
    throw badRequest('The $expand of extended properties must have a $filter that names them by id.')
  return ids
}

const ID =
  /^(boolean|binary|double|float|guid|integer|long|short|string|systemtime|currency|applicationtime|binaryarray|stringarray)\s+(0x[\da-f]{1,8}|\{[\da-f-]{36}\}\s+(name\s+.+|id\s+0x[\da-f]{1,8}))$/i

/** What a client gives as `singleValueExtendedProperties`. @throws GraphError BadRequest. */
export function readExtended(value: unknown): Record<string, string> {
  if (!Array.isArray(value)) throw badRequest('singleValueExtendedProperties must be a list.')
  return Object.fromEntries(
    value.map((each: unknown) => {
      const { id, value: text } = (each ?? {}) as { id?: unknown; value?: unknown }
      if (typeof id !== 'string' || !ID.test(id.trim()) || typeof text !== 'string')
        throw badRequest('An extended property needs an id such as "String 0x1000" and a value.')
      return [id, text]
    }),
  )
}
