import type { Meaning } from '#normalize/ecs/categories.ts'
import { objectsOf, textOf } from '#normalize/json.ts'
import { quote } from '#normalize/sentence.ts'
import { fileFields, mailAddresses } from '#normalize/steps/mail.ts'
import type { Outcome } from '#normalize/steps/outcome.ts'
import { addAddress, addHashes, addUrl } from '#normalize/defender/findings.ts'
import { addAccount, addMessage } from './columns.ts'
import type { Row, Tables, Told } from './row.ts'

/** What Defender for Office 365 saw of mail and of Teams: messages, their links and attachments, what was done to them, clicks. */
export const mailTables: readonly Tables[] = [
  { name: 'email', tables: ['EmailEvents'], tell: tellEmail },
  { name: 'email-attachment', tables: ['EmailAttachmentInfo'], tell: tellAttachment },
  { name: 'email-url', tables: ['EmailUrlInfo'], tell: tellUrl },
  { name: 'email-post-delivery', tables: ['EmailPostDeliveryEvents'], tell: tellPostDelivery },
  { name: 'url-click', tables: ['UrlClickEvents'], tell: tellClick },
  { name: 'teams-message', tables: ['MessageEvents', 'MessageUrlInfo', 'MessagePostDeliveryEvents'], tell: tellTeams },
]

const EMAIL: Meaning = { category: ['email'], type: ['info'] }

/** Where filtering let a message go. Junk Email is a folder of the mailbox: the message arrived. */
const DELIVERIES: Readonly<Record<string, readonly [Outcome, string]>> = {
  delivered: ['success', 'delivered'],
  deliveredassender: ['success', 'delivered'],
  junked: ['success', 'delivered to Junk Email'],
  replaced: ['success', 'delivered without its attachments'],
  blocked: ['failure', 'blocked'],
}

function tellEmail(row: Row): Told {
  const { columns, fields, mentioned } = row
  addMessage(row)
  addAddress(row, columns.SenderIPv4, 'source.ip')
  addAddress(row, columns.SenderIPv6, 'source.ip')
  addPerson(row, fields.at('email.direction')[0] === 'inbound' ? 'Recipient' : 'Sender')
  const action = textOf(columns.DeliveryAction)
  fields.add('event.action', action)
  fields.add('event.reason', textOf(columns.ThreatTypes) ?? textOf(columns.DetectionMethods))
  mentioned.hosts.push(textOf(columns.SenderMailFromDomain)?.toLowerCase())
  const [outcome, verb] = DELIVERIES[action?.toLowerCase() ?? ''] ?? (['unknown', action ?? 'processed'] as const)
  const place = textOf(columns.DeliveryLocation)
  return {
    tellsFailure: true,
    meaning: EMAIL,
    outcome,
    sentence: `${messageOf(row)} was ${verb}${place === undefined || outcome === 'success' ? '' : ` (${place})`}${threatOf(row)}`,
  }
}

/** The person of ours: who received a message that came in, who sent any other. */
function addPerson(row: Row, who: 'Recipient' | 'Sender'): void {
  const { columns } = row
  const address = who === 'Recipient' ? columns.RecipientEmailAddress : columns.SenderFromAddress
  const names = { AccountUpn: address, AccountObjectId: columns[`${who}ObjectId`] }
  addAccount({ ...row, columns: names }, 'user')
}

/** `"Invoice" from a@x.example to b@y.example` */
function messageOf({ fields, columns }: Row): string {
  const subject = fields.at('email.subject')[0]
  const id = textOf(columns.NetworkMessageId)
  const from = fields.at('email.from.address')[0] ?? fields.at('email.sender.address')[0]
  const to = fields.at('email.to.address')[0]
  const what = subject === undefined ? `Message${id === undefined ? '' : ` ${id}`}` : quote(String(subject))
  return `${what}${from === undefined ? '' : ` from ${from}`}${to === undefined ? '' : ` to ${to}`}`
}

function threatOf({ columns }: Row): string {
  const threats = textOf(columns.ThreatTypes)
  return threats === undefined ? '' : `: ${threats}`
}

function tellAttachment(row: Row): Told {
  const { columns, fields, mentioned } = row
  addMessage(row)
  const file = fileFields(columns.FileName, columns.FileSize)
  for (const [name, text] of Object.entries(file)) {
    fields.add(`email.attachments.file.${name}`, text)
    fields.add(`file.${name}`, text)
  }
  fields.add('email.attachments.file.hash.sha256', textOf(columns.SHA256)?.toLowerCase())
  addHashes({ fields, mentioned }, 'file', { sha256: columns.SHA256 })
  fields.add('event.reason', textOf(columns.ThreatTypes))
  return {
    meaning: EMAIL,
    sentence: `${messageOf(row)} has attachment ${quote(file.name ?? 'without a name')}${threatOf(row)}`,
  }
}

function tellUrl(row: Row): Told {
  const { columns, fields } = row
  addMessage(row)
  addUrl(row, columns.Url)
  if (fields.at('url.domain').length === 0) fields.add('url.domain', textOf(columns.UrlDomain)?.toLowerCase())
  const place = textOf(columns.UrlLocation)
  return {
    meaning: EMAIL,
    sentence: `${messageOf(row)} has a link to ${textOf(columns.Url) ?? 'nowhere'}${place === undefined ? '' : ` (${place})`}`,
  }
}

const RESULTS: Readonly<Record<string, Outcome>> = {
  success: 'success',
  succeeded: 'success',
  error: 'failure',
  failed: 'failure',
}

function tellPostDelivery(row: Row): Told {
  const { columns, fields, action } = row
  addMessage(row)
  addPerson(row, 'Recipient')
  fields.add('event.reason', textOf(columns.ThreatTypes))
  const done = textOf(columns.Action)
  const place = textOf(columns.DeliveryLocation)
  const by = action === '' ? textOf(columns.ActionTrigger) : action
  return {
    meaning: EMAIL,
    outcome: RESULTS[textOf(columns.ActionResult)?.toLowerCase() ?? ''] ?? 'unknown',
    sentence: `${messageOf(row)}: ${done ?? 'an action'} after delivery${by === undefined ? '' : ` by ${by}`}${
      place === undefined ? '' : `, now in ${place}`
    }${threatOf(row)}`,
  }
}

function tellClick(row: Row): Told {
  const { columns, fields, action } = row
  addMessage(row)
  const user = addAccount(row, 'user')
  addAddress(row, columns.IPAddress, 'source.ip')
  addUrl(row, columns.Url)
  for (const url of Array.isArray(columns.UrlChain) ? (columns.UrlChain as unknown[]) : []) addUrl(row, url)
  fields.add('event.reason', textOf(columns.ThreatTypes))
  fields.add('service.name', textOf(columns.Workload))
  const through = columns.IsClickedThrough === true || columns.IsClickedThrough === 1
  const isAllowed = action === 'ClickAllowed'
  const isBlocked = action.startsWith('ClickBlocked')
  const verb = isBlocked ? (through ? 'clicked through the warning to' : 'was kept from opening') : 'clicked'
  return {
    tellsFailure: true,
    meaning: {
      category: ['web', 'network'],
      type: isBlocked && !through ? ['access', 'denied'] : ['access', 'allowed'],
    },
    outcome: isAllowed || through ? 'success' : isBlocked ? 'failure' : 'unknown',
    sentence: `${user ?? 'Someone'} ${verb} ${textOf(columns.Url) ?? 'a link'}${threatOf(row)}`,
  }
}

/** Chat is no mail: ECS has no words for it, so who had part in it is in `user` and `related`. */
function tellTeams(row: Row): Told {
  const { columns, fields, mentioned, table } = row
  const sender = addAccount(
    {
      ...row,
      columns: {
        AccountUpn: columns.SenderEmailAddress,
        AccountObjectId: columns.SenderObjectId,
        AccountDisplayName: columns.SenderDisplayName,
      },
    },
    'user',
  )
  for (const { RecipientSmtpAddress, RecipientObjectId } of objectsOf(columns.RecipientDetails)) {
    mentioned.users.push(...mailAddresses(RecipientSmtpAddress), textOf(RecipientObjectId)?.toLowerCase())
  }
  addAddress(row, columns.SenderIP, 'source.ip')
  addUrl(row, columns.Url)
  fields.add('service.name', 'Microsoft Teams')
  fields.add('event.reason', textOf(columns.ThreatTypes))
  const url = textOf(columns.Url)
  const what =
    table === 'MessageUrlInfo'
      ? `has a link to ${url ?? 'nowhere'}`
      : `was ${(textOf(columns.DeliveryAction) ?? textOf(columns.Action) ?? 'sent').toLowerCase()}`
  return { sentence: `A Teams message${sender === undefined ? '' : ` of ${sender}`} ${what}${threatOf(row)}` }
}
