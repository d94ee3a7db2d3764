import { integerOf, textOf } from '#normalize/json.ts'
import type { Mentioned } from './related.ts'
import { parseAddress } from './address.ts'
import type { Gathered } from './gather.ts'
import { parseMoment } from './moment.ts'

/** One message as the products of Microsoft 365 describe it; any field may be missing. */
export interface Mail {
  /** The address that the reader saw (P2). */
  from?: unknown
  /** The envelope's (P1). */
  sender?: unknown
  to?: unknown
  cc?: unknown
  replyTo?: unknown
  subject?: unknown
  /** The message's own id, in angle brackets. */
  internetMessageId?: unknown
  /** Microsoft's id of the message, the same for all of its copies. */
  networkMessageId?: unknown
  /** Microsoft's word: Inbound, Outbound, Intra-org. */
  direction?: unknown
  receivedAt?: unknown
  sentAt?: unknown
  senderIp?: unknown
}

type Lists = { readonly [Kind in keyof Required<Mentioned>]: (string | undefined)[] }

/** Adds `email.*`, the address it came from, and who had part in it. */
export function addMail(fields: Gathered, mentioned: Pick<Lists, 'users'>, mail: Mail): void {
  const [from, sender, to, cc, replyTo] = [mail.from, mail.sender, mail.to, mail.cc, mail.replyTo].map(mailAddresses)
  fields.add('email.from.address', ...from!)
  fields.add('email.sender.address', ...sender!)
  fields.add('email.to.address', ...to!)
  fields.add('email.cc.address', ...cc!)
  fields.add('email.reply_to.address', ...replyTo!)
  fields.add('email.subject', textOf(mail.subject))
  fields.add('email.message_id', textOf(mail.internetMessageId))
  fields.add('email.local_id', textOf(mail.networkMessageId)?.toLowerCase())
  fields.add('email.direction', DIRECTIONS.get(textOf(mail.direction)?.toLowerCase() ?? ''))
  fields.add('email.delivery_timestamp', parseMoment(mail.receivedAt))
  fields.add('email.origination_timestamp', parseMoment(mail.sentAt))
  fields.add('source.ip', parseAddress(mail.senderIp)?.ip)
  mentioned.users.push(...from!, ...sender!, ...to!, ...cc!, ...replyTo!)
}

const DIRECTIONS: ReadonlyMap<string, string> = new Map([
  ['inbound', 'inbound'],
  ['outbound', 'outbound'],
  ['intra-org', 'internal'],
  ['intraorg', 'internal'],
])

const SEPARATORS = /[;,]\s*/

/** The addresses of a field, folded: `a@x.example`, a list of them, several between semicolons, `"Ana" <a@x.example>`. */
export function mailAddresses(value: unknown): string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.flatMap((entry) => textOf(entry)?.toLowerCase().split(SEPARATORS) ?? []).flatMap(bareAddress)
}

/** The address in angle brackets at the end, else the text where it looks like one. */
function bareAddress(text: string): string | [] {
  const open = text.lastIndexOf('<')
  const address = open !== -1 && text.endsWith('>') ? text.slice(open + 1, -1) : text.trim()
  return address.indexOf('@') > 0 && !address.includes(' ') ? address : []
}

/** `invoice.pdf` as ECS `file.*`. */
export function fileFields(name: unknown, size?: unknown): { name?: string; extension?: string; size?: number } {
  const text = textOf(name)
  const bytes = integerOf(size)
  const dot = text?.lastIndexOf('.') ?? -1
  const extension =
    text !== undefined && dot > 0 && dot < text.length - 1 ? text.slice(dot + 1).toLowerCase() : undefined
  return {
    ...(text !== undefined && { name: text }),
    ...(extension !== undefined && { extension }),
    ...(bytes !== undefined && { size: bytes }),
  }
}
