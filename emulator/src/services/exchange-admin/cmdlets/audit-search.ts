import { CONTENT_TYPES } from '#world/audit/content-types.ts'
import { int32, moment as wireMoment } from '#services/exchange-admin/wire.ts'
import { flag, moment, number, oneOf, text, texts } from '#services/exchange-admin/parameters.ts'
import { refusedBecause } from '#services/exchange-admin/errors.ts'
import { none } from '#world/objects.ts'
import type { Kind } from '#world/objects.ts'
import type { AuditRecord } from '#world/audit/records/record.ts'
import type { Cmdlet, Invocation, Result } from '#services/exchange-admin/cmdlet.ts'
import type { Tenant } from '#cloud.ts'

/** The unified audit log by its old door: the records of the Management Activity API, newest first. */

/** Published numbers of record types, by the names that this cmdlet knows. */
const RECORD_TYPES = {
  ExchangeAdmin: 1,
  ExchangeItem: 2,
  ExchangeItemGroup: 3,
  SharePoint: 4,
  SharePointFileOperation: 6,
  AzureActiveDirectory: 8,
  ComplianceDLPSharePoint: 11,
  ComplianceDLPExchange: 13,
  SharePointSharingOperation: 14,
  AzureActiveDirectoryStsLogon: 15,
  SecurityComplianceCenterEOPCmdlet: 18,
  MicrosoftTeams: 25,
  ThreatIntelligence: 28,
  MailSubmission: 29,
  SecurityComplianceAlerts: 40,
  ThreatIntelligenceUrl: 41,
  ThreatIntelligenceAtpContent: 47,
  ExchangeItemAggregated: 50,
  DLPEndpoint: 63,
  AirInvestigation: 64,
  Quarantine: 65,
} as const

const NAMES = new Map<number, string>(Object.entries(RECORD_TYPES).map(([name, value]) => [value, name]))

const MOST = 5_000
const MOST_OF_A_SET = 50_000

export const auditSearchCmdlets: readonly Cmdlet[] = [
  {
    name: 'Search-UnifiedAuditLog',
    area: 'audit',
    parameters: {
      StartDate: moment,
      EndDate: moment,
      RecordType: oneOf('Microsoft.Office.Compliance.Audit.AuditRecordType', ...Object.keys(RECORD_TYPES)),
      Operations: texts,
      UserIds: texts,
      ObjectIds: texts,
      IPAddresses: texts,
      FreeText: text,
      SessionId: text,
      SessionCommand: oneOf(
        'Microsoft.Exchange.Management.SystemConfigurationTasks.UnifiedAuditSessionCommand',
        'Initialize',
        'ReturnLargeSet',
        'ReturnNextPreviewPage',
      ),
      ResultSize: number,
      Formatted: flag,
      HighCompleteness: flag,
      LongerRetentionEnabled: text,
      SiteIds: texts,
    },
    mandatory: ['StartDate', 'EndDate'],
    run: search,
  },
]

/** How far each session has been read, by its id. */
const sessions: Kind<{ read: number }> = { name: 'exchange.auditSearchSession', born: none }

function search(call: Invocation): Result {
  const { given, tenant } = call
  const [from, to] = [given.number('StartDate')!, given.number('EndDate')!]
  if (from > to) throw refusedBecause('The StartDate must be earlier than the EndDate.')
  const size = given.number('ResultSize') ?? 100
  if (size < 1 || size > MOST) throw refusedBecause(`The ResultSize must be between 1 and ${MOST}.`)
  const found = records(tenant, from, to)
    .filter((record) => matches(call, record))
    .slice(0, MOST_OF_A_SET)
  const session = given.text('SessionId')
  const read = tenant.objects(sessions)
  const start =
    session === undefined || given.text('SessionCommand') === 'Initialize' ? 0 : (read.find(session)?.read ?? 0)
  const page = found.slice(start, start + size)
  if (session !== undefined) read.put(session, { read: start + page.length })
  return {
    rows: page.map((record, i) => ({
      RecordType: NAMES.get(Number(record['RecordType'])) ?? String(record['RecordType']),
      CreationDate: wireMoment(timeOf(record)),
      UserIds: String(record['UserId']),
      Operations: String(record['Operation']),
      AuditData: JSON.stringify(record),
      ResultIndex: int32(start + i + 1),
      ResultCount: int32(found.length),
      Identity: record.Id,
      IsValid: true,
      ObjectState: 'Unchanged',
    })),
  }
}

/** Records of [from, to) that have been published by now, each once, newest first. */
function records(tenant: Tenant, from: number, to: number): AuditRecord[] {
  const day = 86_400_000
  const found = new Map<string, AuditRecord>()
  for (const contentType of CONTENT_TYPES)
    for (const blob of tenant.audit.blobs(contentType, from, to + day, tenant.now))
      for (const record of blob.records())
        if (timeOf(record) >= from && timeOf(record) < to) found.set(record.Id, record)
  return [...found.values()].sort((a, b) => timeOf(b) - timeOf(a) || (a.Id < b.Id ? -1 : 1))
}

const timeOf = (record: AuditRecord): number => Date.parse(`${String(record['CreationTime'])}Z`)

function matches({ given }: Invocation, record: AuditRecord): boolean {
  const some = (name: string, value: unknown) => {
    const wanted = given.texts(name)
    return !wanted || wanted.some((each) => each.toLowerCase() === String(value ?? '').toLowerCase())
  }
  const type = given.text('RecordType') as keyof typeof RECORD_TYPES | undefined
  const ip = String(record['ClientIP'] ?? '').replace(/:\d+$/, '')
  return (
    (type === undefined || record['RecordType'] === RECORD_TYPES[type]) &&
    some('Operations', record['Operation']) &&
    some('UserIds', record['UserId']) &&
    some('ObjectIds', record['ObjectId']) &&
    some('IPAddresses', ip) &&
    (given.text('FreeText') === undefined ||
      JSON.stringify(record).toLowerCase().includes(given.text('FreeText')!.toLowerCase()))
  )
}
