import type { Step } from '#normalize/normalizer.ts'
import type { ProductRecord } from '#normalize/product-record.ts'
import { integerOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { quote } from '#normalize/sentence.ts'
import { gather } from '#normalize/steps/gather.ts'
import type { Gathered } from '#normalize/steps/gather.ts'
import { addMail } from '#normalize/steps/mail.ts'
import type { Outcome } from '#normalize/steps/outcome.ts'
import { parseAddress } from '#normalize/steps/address.ts'
import { parseUser } from '#normalize/steps/user.ts'

/** Who sent what to whom, from which address, and what became of it. */
export const describeTrace: Step<ProductRecord> = {
  name: 'trace',
  run({ fields: trace, mentioned }, event) {
    const fields = gather()
    const at = (name: string, powerShell = name[0]!.toUpperCase() + name.slice(1)) => trace[name] ?? trace[powerShell]
    addMail(fields, mentioned, {
      from: at('senderAddress'),
      to: at('recipientAddress'),
      subject: at('subject'),
      internetMessageId: at('messageId'),
      networkMessageId: at('id', 'MessageTraceId'),
      receivedAt: at('receivedDateTime', 'Received'),
      senderIp: at('fromIP'),
    })
    addPerson(fields, 'source.user', at('senderAddress'))
    addPerson(fields, 'destination.user', at('recipientAddress'))
    addPerson(fields, 'user', at('recipientAddress'))
    mentioned.users.push(...(fields.at('source.user.name') as string[]))
    fields.add('source.domain', ...fields.at('source.user.domain'))
    fields.add('destination.domain', ...fields.at('destination.user.domain'))
    fields.add('destination.ip', parseAddress(at('toIP'))?.ip)
    const status = textOf(at('status'))
    fields.add('event.action', status)
    setMeaning(event, { category: ['email'], type: ['info'] })
    const [outcome, verb] =
      STATUSES[status?.toLowerCase() ?? ''] ??
      (['unknown', status === undefined ? 'was traced, without its status' : `has status ${status}`] as const)
    event.event.outcome = outcome
    fields.write(event)
    event.message = `${messageOf(fields, trace)} ${verb}.`
  },
}

/**
 * Microsoft's statuses. Junk Email is a folder of the mailbox: such mail arrived. Mail in quarantine did not. `resolved` is
 * undocumented: the message was addressed anew, and what became of it is in another row.
 */
const STATUSES: Readonly<Record<string, readonly [Outcome, string]>> = {
  delivered: ['success', 'was delivered'],
  expanded: ['success', 'was sent on to the members of a group'],
  filteredasspam: ['success', 'was delivered to Junk Email'],
  quarantined: ['failure', 'was quarantined'],
  failed: ['failure', 'was not delivered'],
  pending: ['unknown', 'is being delivered'],
  gettingstatus: ['unknown', 'has no status yet'],
  resolved: ['unknown', 'was addressed anew'],
}

function addPerson(fields: Gathered, path: string, value: unknown): void {
  for (const [name, text] of Object.entries(parseUser(value) ?? {})) fields.add(`${path}.${name}`, text)
}

function messageOf(fields: Gathered, trace: JsonObject): string {
  const subject = fields.at('email.subject')[0]
  const size = integerOf(trace.size ?? trace.Size)
  const [from, to] = [fields.at('email.from.address')[0], fields.at('email.to.address')[0]]
  return `${subject === undefined ? 'A message without a subject' : quote(String(subject))}${from === undefined ? '' : ` from ${from}`}${
    to === undefined ? '' : ` to ${to}`
  }${size === undefined ? '' : ` (${size} bytes)`}`
}
