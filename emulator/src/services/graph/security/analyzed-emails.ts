import { GraphError, badRequest } from '#services/graph/errors.ts'
import { allowOptions, project, readSelect, readTop } from '#services/graph/odata/options.ts'
import { defenderPlan } from '#world/security/plan.ts'
import { parseFilter } from '#services/graph/odata/filter.ts'
import { boundTo, skiptoken } from '#services/graph/odata/skiptoken.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Fields, Filter } from '#services/graph/odata/filter.ts'
import type { Reply } from '#http/exchange.ts'
import type { Tenant } from '#cloud.ts'

import { actionsBetween, domainOf } from './mail-events.ts'
import { alertStates } from './alert-state.ts'
import { RETENTION, eventsOf, findEvent } from './explorer.ts'
import { cannotFilter, moment, noResource, readPlace, tooMany } from './listing.ts'
import { remediate } from './remediate.ts'
import type { MailEvent } from './mail-events.ts'
import type { Wanted } from './mail-flow.ts'

/** Analyzed e-mails: what filtering knows of each delivery, as Threat Explorer shows it. */

const READ = ['SecurityAnalyzedMessage.Read.All', 'SecurityAnalyzedMessage.ReadWrite.All']
const TYPE = 'microsoft.graph.security.analyzedEmail'
const PATH = 'security/collaboration/analyzedEmails'

export const analyzedEmailRoutes: readonly Route[] = [
  { method: 'GET', pattern: `/${PATH}`, roles: READ, returns: `Collection(${TYPE})`, handle: (call) => list(call) },
  { method: 'GET', pattern: `/${PATH}/:email`, roles: READ, returns: TYPE, handle: (call) => get(call) },
  {
    method: 'POST',
    pattern: `/${PATH}/remediate`,
    roles: ['SecurityAnalyzedMessage.ReadWrite.All'],
    handle: (call) => {
      requirePlan(call.tenant)
      return remediate(call)
    },
  },
]

/** @throws GraphError 403 for a tenant that has not paid for Defender for Office 365, plan 2. */
function requirePlan(tenant: Tenant): void {
  if (tenant.objects(defenderPlan).find('plan')!.plan === 'P2') return
  throw new GraphError(
    403,
    'Forbidden',
    'The tenant does not have the license that this request needs: Microsoft Defender for Office 365 Plan 2.',
  )
}

const FIELDS: Fields = {
  networkMessageId: 'string',
  recipientEmailAddress: 'string',
  internetMessageId: 'string',
  subject: 'string',
  directionality: 'string',
}

const PROPERTIES = [
  'id',
  'alertIds',
  'attachments',
  'authenticationDetails',
  'bulkComplaintLevel',
  'clientType',
].concat(
  ['contexts', 'detectionMethods', 'directionality', 'distributionList', 'dlpRules', 'emailClusterId'],
  ['exchangeTransportRules', 'forwardingDetail', 'inboundConnectorFormattedName', 'internetMessageId', 'language'],
  ['latestDelivery', 'loggedDateTime', 'networkMessageId', 'originalDelivery', 'overrideSources'],
  ['phishConfidenceLevel', 'policy', 'policyAction', 'policyType', 'primaryOverrideSource', 'recipientDetail'],
  ['recipientEmailAddress', 'returnPath', 'senderDetail', 'sizeInBytes', 'spamConfidenceLevel', 'subject'],
  ['threatDetectionDetails', 'threatTypes', 'timelineEvents', 'urls'],
)

async function list(call: Call): Promise<Reply> {
  requirePlan(call.tenant)
  const { query } = call.request
  allowOptions(query, ['$filter', '$top', '$count', '$skiptoken', '$select'])
  const top = readTop(query, 100, 1000, (value) => tooMany(1000, value))
  const skip = readPlace(call)
  const select = readSelect(query, PROPERTIES, TYPE)
  // The documented examples write it without the dollar sign.
  const text = query.get('$filter') ?? query.get('filter')
  const filter = text === undefined ? undefined : parseFilter(text, FIELDS, cannotFilter)
  const found = await eventsOf(call.tenant, { ...readSpan(call), ...wantedBy(filter) })
  const matching = found.filter((event) => filter?.matches((field) => valueOf(event, field)) ?? true)
  const isCounted = query.get('$count') === 'true'
  const [page, count] = pageOf(matching, skip, top, isCounted)
  const next = count > skip + top ? query.with({ $skiptoken: skiptoken(skip + top, boundTo(call)) }) : undefined
  const related = new Related(call.tenant)
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#${PATH}${select ? `(${select.join(',')})` : ''}`,
      ...(isCounted ? { '@odata.count': count } : {}),
      ...(next === undefined ? {} : { '@odata.nextLink': `${call.root}/${PATH}?${next}` }),
      value: page.map((event) => {
        const shaped = shape(event, related)
        return select ? project(shaped, select) : shaped
      }),
    },
  }
}

async function get(call: Call): Promise<Reply> {
  requirePlan(call.tenant)
  allowOptions(call.request.query, ['$select'])
  const select = readSelect(call.request.query, PROPERTIES, TYPE)
  const id = call.params['email']!
  const found = await findEvent(call.tenant, id)
  if (!found) throw noResource(id)
  const shaped = shape(found, new Related(call.tenant))
  const context = `${call.root}/$metadata#${PATH}${select ? `(${select.join(',')})` : ''}/$entity`
  return { status: 200, body: { '@odata.context': context, ...(select ? project(shaped, select) : shaped) } }
}

/** Both ends are required. @throws GraphError 400. */
function readSpan({ request: { query }, tenant }: Call): { from: number; to: number } {
  const [from, to] = ['startTime', 'endTime'].map((name) => {
    const text = query.get(name)
    if (text === undefined) throw badRequest(`The query parameter '${name}' is required.`)
    const time = /^\d{4}-\d\d-\d\d/.test(text)
      ? Date.parse(/T.*(Z|[+-]\d\d:\d\d)$|^[^T]+$/.test(text) ? text : `${text}Z`)
      : NaN
    if (Number.isNaN(time)) throw badRequest(`The query parameter '${name}' is no date: '${text}'.`)
    return time
  }) as [number, number]
  if (from > to) throw badRequest("The query parameter 'startTime' must not be later than 'endTime'.")
  return { from: Math.max(from, tenant.now - RETENTION), to: Math.min(to, tenant.now) + 1 }
}

/** What a filter asks of message and recipient, so that only their mailboxes are looked into. */
function wantedBy(filter: Filter | undefined): Partial<Wanted> {
  if (!filter || filter.operators.has('or') || filter.operators.has('not')) return {}
  const valueOfField = (field: string) => {
    const found = filter.comparisons.find((each) => each.field === field && each.operator === 'eq')
    return typeof found?.value === 'string' ? new Set([found.value.toLowerCase()]) : undefined
  }
  const [recipients, networkMessageIds, internetMessageIds] = [
    valueOfField('recipientEmailAddress'),
    valueOfField('networkMessageId'),
    valueOfField('internetMessageId'),
  ]
  return {
    ...(recipients ? { recipients } : {}),
    ...(networkMessageIds ? { networkMessageIds } : {}),
    ...(internetMessageIds ? { internetMessageIds } : {}),
  }
}

/** The page, and how many there are: all of them only where they are counted, otherwise up to one beyond the page. */
function pageOf(all: Iterable<MailEvent>, skip: number, top: number, isCounted: boolean): [MailEvent[], number] {
  const page: MailEvent[] = []
  let count = 0
  for (const event of all) {
    if (count >= skip && count < skip + top) page.push(event)
    count++
    if (!isCounted && count > skip + top) break
  }
  return [page, count]
}

function valueOf({ delivery }: MailEvent, field: string): string {
  switch (field) {
    case 'recipientEmailAddress':
      return delivery.recipient.address
    case 'directionality':
      return DIRECTIONS[delivery.direction]
    default:
      return delivery[field as 'networkMessageId' | 'internetMessageId' | 'subject']
  }
}

/** What else is known of a message: alerts about it, and what was done to it. Read when first asked for. */
class Related {
  readonly #tenant: Tenant
  #alerts: Map<string, string[]> | undefined
  #actions: ReturnType<typeof actionsBetween> | undefined

  constructor(tenant: Tenant) {
    this.#tenant = tenant
  }

  alertIds(networkMessageId: string): string[] {
    this.#alerts ??= this.#readAlerts()
    return this.#alerts.get(networkMessageId) ?? []
  }

  actions({ delivery }: MailEvent) {
    this.#actions ??= actionsBetween(this.#tenant, this.#tenant.now - RETENTION, this.#tenant.now + 1)
    const recipient = delivery.recipient.address.toLowerCase()
    return this.#actions.filter(
      ({ record }) =>
        record.networkMessageId === delivery.networkMessageId && record.recipient.toLowerCase() === recipient,
    )
  }

  #readAlerts(): Map<string, string[]> {
    const found = new Map<string, string[]>()
    for (const { id, evidence } of alertStates(this.#tenant))
      for (const networkMessageId of new Set(evidence.map((each) => each['networkMessageId'])))
        if (typeof networkMessageId === 'string')
          found.set(networkMessageId, [...(found.get(networkMessageId) ?? []), id])
    return found
  }
}

const DIRECTIONS = { Inbound: 'inbound', Outbound: 'outbound', 'Intra-org': 'intraOrg' } as const
const LOCATIONS: Record<string, string> = {
  'Inbox/folder': 'inbox_folder',
  'Junk folder': 'junkFolder',
  'Deleted items': 'deletedFolder',
  Quarantine: 'quarantine',
  'On-premises/external': 'onprem_external',
  Failed: 'failed',
  Dropped: 'dropped',
}
const ACTIONS: Record<MailEvent['action'], string> = {
  Delivered: 'delivered',
  Junked: 'deliveredToJunk',
  Blocked: 'blocked',
}
const THREATS: Record<string, string> = { Spam: 'spam', Phish: 'phish', Malware: 'malware' }

function shape(event: MailEvent, related: Related): Record<string, unknown> {
  const { delivery, urls, action, location, latestLocation } = event
  const { item, sender, recipient, authentication, threats, senderIp } = delivery
  const threatType = THREATS[threats[0] ?? ''] ?? 'none'
  const threatText = threats.join(', ') || null
  const deliveryOf = (place: string) => ({
    action: ACTIONS[action],
    location: LOCATIONS[place] ?? 'others',
    originalThreats: threatText,
    latestThreats: threatText,
  })
  return {
    id: event.reportId,
    loggedDateTime: moment(delivery.at),
    networkMessageId: delivery.networkMessageId,
    internetMessageId: delivery.internetMessageId,
    senderDetail: {
      fromAddress: sender.address,
      displayName: sender.name,
      domainName: domainOf(sender.address),
      domainCreationDateTime: null,
      domainOwner: null,
      ipv4: senderIp,
      location: null,
      mailFromAddress: sender.address,
      mailFromDomainName: domainOf(sender.address),
    },
    recipientEmailAddress: recipient.address,
    recipientDetail: {
      ccRecipients: item.cc.map(({ address }) => address),
      domainName: domainOf(recipient.address),
    },
    distributionList: null,
    subject: delivery.subject,
    returnPath: sender.address,
    directionality: DIRECTIONS[delivery.direction],
    originalDelivery: deliveryOf(location),
    latestDelivery: deliveryOf(latestLocation),
    attachments: item.attachments.map(({ name, content }) => ({
      fileName: name,
      fileExtension: name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : null,
      fileType: null,
      fileSize: content.length,
      malwareFamily: null,
      sha256: null,
      threatType,
      detonationDetails: null,
      tenantAllowBlockListDetailInfo: null,
    })),
    urls: urls.map((url) => ({
      url,
      threatType: threats.includes('Phish') ? 'phish' : 'none',
      detectionMethod: null,
      detonationDetails: null,
      tenantAllowBlockListDetailInfo: null,
    })),
    language: 'en',
    sizeInBytes: delivery.size,
    alertIds: related.alertIds(delivery.networkMessageId),
    exchangeTransportRules: [],
    dlpRules: [],
    overrideSources: [],
    primaryOverrideSource: null,
    threatTypes: threats.map((threat) => THREATS[threat]),
    threatDetectionDetails: [],
    detectionMethods: [],
    contexts: [],
    clientType: null,
    forwardingDetail: null,
    inboundConnectorFormattedName: null,
    authenticationDetails: {
      compositeAuthentication: authentication.compauth,
      dkim: authentication.dkim,
      dmarc: authentication.dmarc,
      senderPolicyFramework: authentication.spf,
    },
    phishConfidenceLevel: threats.includes('Phish') ? 'high' : null,
    spamConfidenceLevel: String(event.spamConfidence),
    bulkComplaintLevel: String(event.bulkComplaints),
    emailClusterId: String(event.clusterId),
    policy: null,
    policyAction: null,
    policyType: null,
    timelineEvents: [
      timeline(delivery.at, 'originalDelivery', 'system', location, threats),
      ...related
        .actions(event)
        .map(({ at, record }) => timeline(at, 'unknown', 'admin', record.location, record.threats, record.action)),
    ],
  }
}

const timeline = (
  at: number,
  eventType: string,
  eventSource: string,
  eventResult: string,
  eventThreats: readonly string[],
  eventDetails: string | null = null,
) => ({ eventDateTime: moment(at), eventDetails, eventResult, eventSource, eventThreats, eventType })
