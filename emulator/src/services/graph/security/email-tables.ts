import { createHash } from 'node:crypto'

import { actionsBetween, changedMailboxes, clicksBetween, domainOf } from './mail-events.ts'
import { everydayClicks, isPublished, mailEvent } from './mail-events.ts'
import type { Column, Row, Type } from './kql/values.ts'
import type { Hints, Table } from './kql/scope.ts'
import type { MailEvent } from './mail-events.ts'
import type { MailFlow, Wanted } from './mail-flow.ts'
import type { Tenant } from '#cloud.ts'

/**
 * The five tables of mail that can be hunted through, with the columns and types that Microsoft publishes. They are made
 * of the flow of mail when they are read.
 */
export function emailTables(tenant: Tenant, flow: MailFlow, window: Window): Map<string, Table> {
  const events = (hints: Hints, once = false) => eventsOf(tenant, flow, { ...wantedBy(window, hints), once })
  return new Map<string, Table>([
    ['EmailEvents', table(EMAIL_EVENTS, window, (hints) => events(hints).map(emailRow))],
    ['EmailAttachmentInfo', table(EMAIL_ATTACHMENT_INFO, window, (hints) => events(hints).flatMap(attachmentRows))],
    ['EmailUrlInfo', table(EMAIL_URL_INFO, window, (hints) => onceEach(events(hints, true)).flatMap(urlRows))],
    ['EmailPostDeliveryEvents', table(EMAIL_POST_DELIVERY_EVENTS, window, () => actionRows(tenant, window))],
    ['UrlClickEvents', table(URL_CLICK_EVENTS, window, (hints) => clickRows(tenant, flow, window, hints))],
  ])
}

/** From and to, both included: milliseconds. */
export interface Window {
  from: number
  to: number
}

const columns = (...named: readonly (string | readonly [type: Type, ...names: string[]])[]): Column[] =>
  named.flatMap((each) =>
    typeof each === 'string'
      ? [{ name: each, type: 'string' as const }]
      : each.slice(1).map((name) => ({ name, type: each[0] })),
  )

const EMAIL_EVENTS = columns(
  ['datetime', 'Timestamp'],
  [
    'string',
    'NetworkMessageId',
    'InternetMessageId',
    'SenderMailFromAddress',
    'SenderFromAddress',
    'SenderDisplayName',
  ],
  ['string', 'SenderObjectId', 'SenderMailFromDomain', 'SenderFromDomain', 'SenderIPv4', 'SenderIPv6'],
  ['string', 'RecipientEmailAddress', 'RecipientObjectId', 'Subject'],
  ['long', 'EmailClusterId'],
  ['string', 'EmailDirection', 'DeliveryAction', 'DeliveryLocation', 'ThreatTypes', 'ThreatNames', 'DetectionMethods'],
  'ConfidenceLevel',
  ['int', 'BulkComplaintLevel'],
  ['string', 'EmailAction', 'EmailActionPolicy', 'EmailActionPolicyGuid', 'AuthenticationDetails'],
  ['int', 'AttachmentCount', 'UrlCount'],
  ['string', 'EmailLanguage', 'Connectors', 'OrgLevelAction', 'OrgLevelPolicy', 'UserLevelAction', 'UserLevelPolicy'],
  ['string', 'ReportId', 'AdditionalFields', 'LatestDeliveryLocation', 'LatestDeliveryAction'],
)

const EMAIL_ATTACHMENT_INFO = columns(
  ['datetime', 'Timestamp'],
  ['string', 'NetworkMessageId', 'SenderFromAddress', 'SenderDisplayName', 'SenderObjectId', 'RecipientEmailAddress'],
  ['string', 'RecipientObjectId', 'FileName', 'FileType', 'SHA256'],
  ['long', 'FileSize'],
  ['string', 'ThreatTypes', 'ThreatNames', 'DetectionMethods', 'ReportId'],
)

const EMAIL_URL_INFO = columns(
  ['datetime', 'Timestamp'],
  ['string', 'NetworkMessageId', 'Url', 'UrlDomain', 'UrlLocation', 'ReportId'],
)

const EMAIL_POST_DELIVERY_EVENTS = columns(
  ['datetime', 'Timestamp'],
  ['string', 'NetworkMessageId', 'InternetMessageId', 'Action', 'ActionType', 'ActionTrigger', 'ActionResult'],
  ['string', 'RecipientEmailAddress', 'DeliveryLocation', 'ThreatTypes', 'DetectionMethods', 'ReportId'],
)

const URL_CLICK_EVENTS = columns(
  ['datetime', 'Timestamp'],
  ['string', 'Url', 'ActionType', 'AccountUpn', 'Workload', 'NetworkMessageId', 'ThreatTypes', 'DetectionMethods'],
  'IPAddress',
  ['bool', 'IsClickedThrough'],
  ['string', 'UrlChain', 'ReportId'],
)

function table(of: readonly Column[], window: Window, rows: (hints: Hints) => Iterable<Row>): Table {
  return {
    columns: of,
    *rows(hints) {
      for (const row of rows(hints)) {
        const at = row[0] as number
        if (at >= window.from && at <= window.to) yield row
      }
    },
  }
}

function eventsOf(tenant: Tenant, flow: MailFlow, wanted: Wanted): IteratorObject<MailEvent> {
  const changed = changedMailboxes(tenant)
  return flow
    .find(wanted)
    .filter(({ at, networkMessageId }) => isPublished(tenant, at, networkMessageId))
    .map((delivery) => mailEvent(tenant, delivery, changed))
}

function wantedBy(window: Window, { from = -Infinity, to = Infinity, equal }: Hints): Wanted {
  const named = {
    recipients: equal.get('RecipientEmailAddress'),
    senders: equal.get('SenderFromAddress'),
    networkMessageIds: equal.get('NetworkMessageId'),
    internetMessageIds: equal.get('InternetMessageId'),
  }
  const given = Object.entries(named).filter(([, values]) => values !== undefined)
  return {
    ...(Object.fromEntries(given) as Partial<typeof named> as Omit<Wanted, 'from' | 'to'>),
    from: Math.max(window.from, from),
    to: Math.min(window.to, to) + 1,
  }
}

const POLICIES: Record<string, string> = { Spam: 'Antispam', Phish: 'Antispam phishing', Malware: 'Antimalware' }
const ACTIONS: Record<MailEvent['action'], string> = {
  Delivered: 'No action taken',
  Junked: 'Move message to junk mail folder',
  Blocked: 'Send to quarantine',
}
const METHODS: Record<string, string> = {
  Spam: 'Mixed analysis detection',
  Phish: 'URL malicious reputation',
  Malware: 'File detonation',
}

const methodsOf = (threats: readonly string[]): string =>
  threats.length === 0 ? '' : JSON.stringify(Object.fromEntries(threats.map((threat) => [threat, [METHODS[threat]]])))

function confidenceOf({ delivery, spamConfidence }: MailEvent): string {
  const spam = { Spam: String(spamConfidence) }
  return JSON.stringify(delivery.threats.includes('Phish') ? { ...spam, Phish: 'High' } : spam)
}

function emailRow(event: MailEvent): Row {
  const { delivery, action } = event
  const { item, sender, recipient, senderIp, threats, authentication } = delivery
  const [first] = threats
  const isVersion6 = senderIp?.includes(':') ?? false
  return [
    delivery.at,
    delivery.networkMessageId,
    delivery.internetMessageId,
    sender.address,
    sender.address,
    sender.name,
    sender.person?.id ?? '',
    domainOf(sender.address),
    domainOf(sender.address),
    isVersion6 ? '' : (senderIp ?? ''),
    isVersion6 ? senderIp : '',
    recipient.address,
    recipient.person?.id ?? '',
    delivery.subject,
    event.clusterId,
    delivery.direction,
    action,
    event.location,
    threats.join(', '),
    '',
    methodsOf(threats),
    confidenceOf(event),
    event.bulkComplaints,
    ACTIONS[action],
    action === 'Delivered' || !first ? '' : POLICIES[first]!,
    '',
    JSON.stringify({
      SPF: authentication.spf,
      DKIM: authentication.dkim,
      DMARC: authentication.dmarc,
      CompAuth: authentication.compauth,
    }),
    item.attachments.length,
    event.urls.length,
    'en',
    '',
    '',
    '',
    '',
    '',
    event.reportId,
    '',
    event.latestLocation,
    event.latestAction,
  ]
}

const attachmentRows = ({ delivery, reportId }: MailEvent): Row[] =>
  delivery.item.attachments.map(({ name, content }) => [
    delivery.at,
    delivery.networkMessageId,
    delivery.sender.address,
    delivery.sender.name,
    delivery.sender.person?.id ?? '',
    delivery.recipient.address,
    delivery.recipient.person?.id ?? '',
    name,
    name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : '',
    createHash('sha256').update(content).digest('hex'),
    content.length,
    delivery.threats.join(', '),
    '',
    methodsOf(delivery.threats),
    reportId,
  ])

/** Each message once, however many received it: links are told of by message. */
function* onceEach(events: Iterable<MailEvent>): Generator<MailEvent> {
  const seen = new Set<string>()
  for (const event of events) {
    const { networkMessageId } = event.delivery
    if (event.urls.length === 0 || seen.has(networkMessageId)) continue
    seen.add(networkMessageId)
    yield event
  }
}

const urlRows = ({ delivery, urls, reportId }: MailEvent): Row[] =>
  urls.map((url) => [delivery.at, delivery.networkMessageId, url, hostOf(url), 'Body', reportId])

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).hostname : '')

function actionRows(tenant: Tenant, window: Window): Row[] {
  return actionsBetween(tenant, window.from, window.to + 1).map(({ at, id, record }) => [
    at,
    record.networkMessageId,
    record.internetMessageId,
    record.action,
    record.actionType,
    record.actionTrigger,
    record.actionResult,
    record.recipient,
    record.location,
    record.threats.join(', '),
    methodsOf(record.threats),
    `${record.networkMessageId}-${Number.parseInt(id.slice(0, 8), 16)}`,
  ])
}

function* clickRows(tenant: Tenant, flow: MailFlow, window: Window, hints: Hints): Generator<Row> {
  const { equal, from = -Infinity } = hints
  const accounts = equal.get('AccountUpn')
  const messages = equal.get('NetworkMessageId')
  // Mail is clicked in some hours after it came.
  const before = {
    from: Math.max(window.from, from) - SOONEST_FORGOTTEN,
    equal: new Map([
      ...(accounts ? [['RecipientEmailAddress', accounts] as const] : []),
      ...(messages ? [['NetworkMessageId', messages] as const] : []),
    ]),
  }
  const everyday = eventsOf(tenant, flow, wantedBy({ from: before.from, to: window.to }, before)).flatMap((event) =>
    everydayClicks(tenant, event),
  )
  const told = clicksBetween(tenant, window.from, window.to + 1)
  for (const clicks of [everyday, told])
    for (const { at, id, record } of clicks) {
      if (!isPublished(tenant, at, id)) continue
      yield [
        at,
        record.url,
        record.action,
        record.account,
        record.workload,
        record.networkMessageId,
        record.threats.join(', '),
        methodsOf(record.threats),
        record.ipAddress,
        record.isClickedThrough,
        JSON.stringify(record.chain),
        id,
      ]
    }
}

/** The longest time from delivery to a click. */
const SOONEST_FORGOTTEN = 20_000_000
