import type { EcsEvent } from '#domain/event.ts'
import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { urlOf } from '#normalize/steps/url.ts'
import { addDistinct } from '#normalize/steps/related.ts'
import { nameOf, parseUser } from '#normalize/steps/user.ts'
import { quote } from '#normalize/sentence.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import type { AuditRecord } from './audit-record.ts'
import type { Subject } from './subject.ts'

/**
 * Matches of data loss prevention rules. The record's own user is Microsoft's agent; the person is in the metadata of the
 * file or message. A match neither succeeds nor fails: it has no outcome.
 */
export const dlp: Subject = {
  name: 'dlp',
  recordTypes: [11, 13, 33, 107],
  run(record, event) {
    const { audit, mentioned } = record
    const file = isObject(audit.SharePointMetaData) ? audit.SharePointMetaData : undefined
    const mail = isObject(audit.ExchangeMetaData) ? audit.ExchangeMetaData : undefined
    setMeaning(event, { category: [mail === undefined ? 'file' : 'email'], type: ['info'] })
    event.event.kind = 'alert'
    setRules(audit, event)
    if (file !== undefined) setFile(file, event)
    if (mail !== undefined) setMail(record, mail, event)
    const person = parseUser((mail ?? file)?.From)
    mentioned.users.push(person?.email, ownerOf(file))
    event.message = sentence(record, event, nameOf(person), textOf(file?.FileName) ?? textOf(mail?.Subject))
  },
}

/** An address, or a display name as SharePoint has it. */
function ownerOf(file: JsonObject | undefined): string | undefined {
  return parseUser(file?.FileOwner)?.email ?? textOf(file?.FileOwner)
}

const SEVERITIES = ['low', 'medium', 'high']

/** `rule.*` as lists: one content can match several rules of several policies. `event.severity` is the highest, 2 to 4. */
function setRules(audit: JsonObject, event: EcsEvent): void {
  const policies = objectsOf(audit.PolicyDetails)
  const rules = policies.flatMap((policy) => objectsOf(policy.Rules))
  const severity = Math.max(-1, ...rules.map((rule) => SEVERITIES.indexOf(textOf(rule.Severity)?.toLowerCase() ?? '')))
  if (severity >= 0) event.event.severity = severity + 2
  const rule: JsonObject = {}
  addDistinct(
    rule,
    'id',
    rules.map(({ RuleId }) => textOf(RuleId)?.toLowerCase()),
  )
  addDistinct(
    rule,
    'name',
    rules.map(({ RuleName }) => textOf(RuleName)),
  )
  addDistinct(
    rule,
    'ruleset',
    policies.map(({ PolicyName }) => textOf(PolicyName)),
  )
  if (Object.keys(rule).length > 0) event.rule = rule
}

function setFile(file: JsonObject, event: EcsEvent): void {
  const name = textOf(file.FileName)
  const owner = textOf(file.FileOwner)
  const url = textOf(file.FilePathUrl)
  if (name !== undefined) event.file = { name, ...(owner !== undefined && { owner }) }
  if (url !== undefined) event.url = urlOf(url)
}

function setMail({ mentioned }: AuditRecord, mail: JsonObject, event: EcsEvent): void {
  const messageId = textOf(mail.MessageID)
  const from = textOf(mail.From)?.toLowerCase()
  const subject = textOf(mail.Subject)
  const to = Array.isArray(mail.To) ? mail.To.flatMap((address) => textOf(address)?.toLowerCase() ?? []) : []
  event.email = {
    ...(messageId !== undefined && { message_id: messageId }),
    ...(from !== undefined && { from: { address: [from] } }),
    ...(to.length > 0 && { to: { address: to } }),
    ...(subject !== undefined && { subject }),
  }
  mentioned.messageIds.push(messageId)
  mentioned.users.push(...to)
}

function sentence(
  record: AuditRecord,
  event: EcsEvent,
  person: string | undefined,
  content: string | undefined,
): string {
  const rules = isObject(event.rule) && Array.isArray(event.rule.name) ? (event.rule.name as string[]) : []
  const matched = record.operation.toLowerCase() === 'dlpruleundo' ? 'no longer matches' : 'matches'
  return `${content === undefined ? 'Content' : quote(content)}${person === undefined ? '' : ` of ${person}`} ${matched} ${
    rules.length === 0 ? 'a data loss prevention rule' : `data loss prevention rule ${rules.map(quote).join(', ')}`
  }.`
}
