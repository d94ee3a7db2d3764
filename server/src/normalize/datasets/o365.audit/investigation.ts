import { setMeaning } from '#normalize/ecs/categories.ts'
import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { unwrapDeep } from '#normalize/record.ts'
import { quote } from '#normalize/sentence.ts'
import { gather } from '#normalize/steps/gather.ts'
import type { Gathered } from '#normalize/steps/gather.ts'
import { addMail } from '#normalize/steps/mail.ts'
import { parseAddress } from '#normalize/steps/address.ts'
import { parseTime } from '#normalize/steps/time.ts'
import { parseUser } from '#normalize/steps/user.ts'
import type { AuditRecord } from './audit-record.ts'
import type { Subject } from './subject.ts'

/**
 * Investigations that Defender for Office 365 makes by itself: each state of one is a record. What it looked at lies in `Data`
 * as JSON; its mails, addresses, people and files are named in `email.*` and `related.*`.
 */
export const investigation: Subject = {
  name: 'investigation',
  recordTypes: [64, 86, 89],
  workloads: ['AirInvestigation'],
  run(record, event) {
    const { audit } = record
    const data = unwrapDeep(audit.Data)
    setMeaning(event, { category: ['intrusion_detection'], type: ['info'] })
    event.event.kind = 'alert'
    const fields = gather()
    const alert = isObject(data) ? data : {}
    addEntities(
      record,
      fields,
      [alert.Entities, alert.entities, audit.Actions].flatMap((part) => unwrapDeep(part)),
    )
    fields.add('event.url', textOf(audit.DeepLinkUrl) ?? textOf(audit.DeeplinkURL))
    fields.add('event.start', parseTime(audit.StartTimeUtc))
    fields.add('event.end', parseTime(audit.EndTimeUtc))
    fields.add('rule.name', textOf(audit.InvestigationType))
    fields.add('rule.id', textOf(alert.ProviderAlertId) ?? textOf(alert.SystemAlertId))
    fields.write(event)
    event.message = sentence(audit)
  },
}

/** What the investigation looked at; actions carry entities of their own, an entity may stand for another by `$ref`. */
function addEntities(record: AuditRecord, fields: Gathered, values: readonly unknown[], depth = 0): void {
  if (depth > MAX_NESTING) return
  for (const entity of values.flat().filter(isObject)) {
    addEntity(record, fields, entity)
    addEntities(record, fields, [entity.Entities, entity.Files].flat(), depth + 1)
  }
}

const MAX_NESTING = 4

function addEntity({ mentioned }: AuditRecord, fields: Gathered, entity: JsonObject): void {
  const {
    Recipient,
    Sender,
    P2Sender,
    P1Sender,
    Subject: subject,
    InternetMessageId,
    NetworkMessageId,
    SenderIP,
  } = entity
  if (Recipient !== undefined || InternetMessageId !== undefined || NetworkMessageId !== undefined) {
    addMail(fields, mentioned, {
      from: P2Sender ?? Sender,
      sender: P1Sender,
      to: Recipient,
      subject,
      internetMessageId: InternetMessageId,
      networkMessageId: NetworkMessageId,
      direction: entity.AntispamDirection,
      receivedAt: entity.ReceivedDate,
    })
    mentioned.messageIds.push(textOf(InternetMessageId))
    mentioned.addresses.push(parseAddress(SenderIP)?.ip)
  }
  mentioned.addresses.push(parseAddress(entity.Address)?.ip)
  mentioned.users.push(...[entity.MailboxPrimaryAddress, entity.Upn].map((name) => parseUser(name)?.email))
  if (/^url$/i.test(textOf(entity.Type) ?? '')) fields.add('url.original', textOf(entity.Url))
  for (const { Value } of objectsOf(entity.FileHashes)) mentioned.hashes.push(textOf(Value)?.toLowerCase())
}

function sentence({ InvestigationName, InvestigationType, InvestigationId, Status }: JsonObject): string {
  const name = textOf(InvestigationName) ?? textOf(InvestigationType) ?? textOf(InvestigationId)
  const status = textOf(Status)
  return `Defender’s investigation${name === undefined ? '' : ` ${quote(name)}`}${status === undefined ? ' changed' : `: ${status}`}.`
}
