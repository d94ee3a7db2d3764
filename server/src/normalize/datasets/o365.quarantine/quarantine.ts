import type { EcsEvent } from '#domain/event.ts'
import type { Step } from '#normalize/normalizer.ts'
import type { ProductRecord } from '#normalize/product-record.ts'
import { textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { listed, quote } from '#normalize/sentence.ts'
import { gather } from '#normalize/steps/gather.ts'
import type { Gathered } from '#normalize/steps/gather.ts'
import { addMail, mailAddresses } from '#normalize/steps/mail.ts'
import { parseUser } from '#normalize/steps/user.ts'

/** Which message is held back, why, and whether somebody let it out. It has no outcome: being in quarantine is no operation. */
export const describeQuarantine: Step<ProductRecord> = {
  name: 'quarantine',
  run({ fields: row, mentioned }, event) {
    const fields = gather()
    addMail(fields, mentioned, {
      from: row.SenderAddress,
      to: row.RecipientAddress,
      subject: row.Subject,
      internetMessageId: row.MessageId,
      networkMessageId: networkMessageIdOf(row),
      direction: row.Direction,
      receivedAt: row.ReceivedTime,
    })
    const isOutbound = textOf(row.Direction)?.toLowerCase() === 'outbound'
    for (const address of mailAddresses(isOutbound ? row.SenderAddress : row.RecipientAddress)) {
      for (const [name, text] of Object.entries(parseUser(address) ?? {})) fields.add(`user.${name}`, text)
    }
    for (const people of [row.QuarantinedUser, row.ReleasedUser, row.ReleasedBy, row.ApprovalUPN]) {
      mentioned.users.push(...mailAddresses(people))
    }
    fields.add('event.action', textOf(row.ReleaseStatus))
    fields.add('event.reason', typeOf(row))
    fields.add('rule.name', textOf(row.PolicyName))
    fields.add('rule.category', textOf(row.PolicyType))
    setMeaning(event, { category: ['email'], type: ['info'] })
    fields.write(event)
    setSentence(row, fields, event)
  },
}

/** `Identity` is the network message id, a backslash, and an id of this recipient's copy. */
function networkMessageIdOf({ Identity }: JsonObject): string | undefined {
  return textOf(Identity)?.split('\\')[0]
}

function typeOf({ Type, QuarantineTypes }: JsonObject): string | undefined {
  return textOf(QuarantineTypes) ?? textOf(Type)
}

function setSentence(row: JsonObject, fields: Gathered, event: EcsEvent): void {
  const subject = fields.at('email.subject')[0]
  const from = fields.at('email.from.address')[0]
  const to = fields.at('email.to.address').map(String)
  const [type, policy] = [typeOf(row), textOf(row.PolicyName)]
  const by = listed(mailAddresses(row.ReleasedBy))
  event.message = `${subject === undefined ? 'A message without a subject' : quote(String(subject))}${from === undefined ? '' : ` from ${from}`}${
    to.length === 0 ? '' : ` to ${listed(to)}`
  } ${stateOf(row)}${by === '' ? '' : ` by ${by}`}${type === undefined ? '' : `: ${type}`}${policy === undefined ? '' : ` (${policy})`}.`
}

/** Microsoft's states of release, however it writes them: `NOTRELEASED`, `NotReleased`. */
const STATES: Readonly<Record<string, string>> = {
  notreleased: 'is in quarantine',
  released: 'was released from quarantine',
  approved: 'was released from quarantine, as was asked for',
  requested: 'is in quarantine, and its release was asked for',
  denied: 'is in quarantine, and its release was denied',
  preparingtorelease: 'is being released from quarantine',
  error: 'is in quarantine, and its release went wrong',
}

function stateOf({ ReleaseStatus, Released }: JsonObject): string {
  const known = STATES[textOf(ReleaseStatus)?.toLowerCase() ?? '']
  return known ?? (Released === true ? STATES.released! : STATES.notreleased!)
}
