import type { ActivityEvent } from '#world/azure/activity-event.ts'
import type { DirectoryAudit } from '#world/entra/directory-audits.ts'
import type { PostDelivery } from '#world/security/post-delivery.ts'
import type { RiskDetection } from '#world/entra/risk.ts'
import type { SignInRecord } from '#world/entra/sign-in-record.ts'
import type { Trace } from '#world/surface.ts'
import type { UrlClick } from '#world/security/clicks.ts'
import type { World } from '#world/world.ts'

/**
 * How a log's record looks among the `records` of an event: diagnostic settings of Entra ID and of Azure, and streaming of
 * Defender XDR, each with its own casing.
 */
export type Envelope<T> = (world: World, trace: Trace<T>) => object

/** Seven digits after the second, as Azure writes moments. */
const ticks = (at: number) => `${new Date(at).toISOString().slice(0, -1)}0000Z`

interface EntraFields {
  time: string
  operationName: string
  category: string
  resultType?: string
  resultDescription?: string | null
  durationMs?: number
  callerIpAddress?: string | null
  correlationId: string
  identity: string
  location?: string
  properties: object
}

const entra = ({ tenantId }: World, { time, operationName, category, ...rest }: EntraFields) => ({
  time,
  resourceId: `/tenants/${tenantId}/providers/Microsoft.aadiam`,
  operationName,
  operationVersion: '1.0',
  category,
  tenantId,
  resultSignature: 'None',
  durationMs: 0,
  Level: 4,
  ...rest,
})

export const signInRecord =
  (category: string): Envelope<SignInRecord> =>
  (world, { at, record }) => {
    const { status, location, ...fields } = record as unknown as SignInFields
    const failed = status.errorCode !== 0
    return entra(world, {
      time: ticks(at),
      operationName: 'Sign-in activity',
      category,
      resultType: String(status.errorCode),
      resultDescription: failed ? (status.failureReason ?? null) : null,
      durationMs: fields.processingTimeInMilliseconds ?? 0,
      callerIpAddress: fields.ipAddress,
      correlationId: fields.correlationId,
      identity: fields.userDisplayName ?? fields.servicePrincipalName ?? '',
      location: location?.countryOrRegion ?? '',
      properties: record,
    })
  }

interface SignInFields {
  status: { errorCode: number; failureReason?: string }
  location?: { countryOrRegion?: string } | null
  ipAddress: string | null
  correlationId: string
  userDisplayName?: string | null
  servicePrincipalName?: string | null
  processingTimeInMilliseconds?: number
}

export const auditRecord: Envelope<DirectoryAudit> = (world, { record }) => {
  const { user, app } = record.initiatedBy
  return entra(world, {
    time: record.activityDateTime,
    operationName: record.activityDisplayName,
    category: 'AuditLogs',
    callerIpAddress: user?.ipAddress ?? null,
    correlationId: record.correlationId,
    identity: user?.displayName ?? user?.userPrincipalName ?? app?.displayName ?? '',
    properties: record,
  })
}

export const riskDetectionRecord: Envelope<RiskDetection> = (world, { at, record }) =>
  entra(world, {
    time: ticks(at),
    operationName: 'User Risk Detection',
    category: 'UserRiskEvents',
    callerIpAddress: String(record['ipAddress']),
    correlationId: String(record['correlationId']),
    identity: String(record['userDisplayName']).toLowerCase(),
    location: (record['location'] as { countryOrRegion?: string } | undefined)?.countryOrRegion ?? '',
    properties: record,
  })

/** The user whom a detection puts at risk. */
export const riskyUserRecord: Envelope<RiskDetection> = (world, { at, record }) =>
  entra(world, {
    time: ticks(at),
    operationName: 'Risky user',
    category: 'RiskyUsers',
    correlationId: String(record['correlationId']),
    identity: record.userPrincipalName,
    properties: {
      id: record.userId,
      userDisplayName: record['userDisplayName'],
      userPrincipalName: record.userPrincipalName,
      riskLastUpdatedDateTime: record.lastUpdatedDateTime,
      riskState: record.riskState,
      riskDetail: record['riskDetail'],
      riskLevel: record.riskLevel,
      isDeleted: false,
      isProcessing: false,
    },
  })

const RESULTS: Record<string, string> = {
  Started: 'Start',
  Accepted: 'Accept',
  Succeeded: 'Success',
  Failed: 'Failure',
}

/** Azure's activity log: resource ids and operations in upper case, the caller's claims below `identity`. */
export const activityRecord: Envelope<ActivityEvent> = (world, { record }) => ({
  RoleLocation: 'West Europe',
  time: record.eventTimestamp,
  resourceId: record.resourceId.toUpperCase(),
  operationName: record.operationName.value.toUpperCase(),
  category: record.category.value,
  resultType: RESULTS[record.status.value] ?? record.status.value,
  resultSignature: `${record.status.value}.${record.subStatus.value}`,
  durationMs: '0',
  callerIpAddress: record.httpRequest?.clientIpAddress ?? '',
  correlationId: record.correlationId,
  identity: {
    authorization: {
      scope: record.authorization?.scope ?? record.resourceId,
      action: record.operationName.value,
      evidence: { role: record.authorization?.role ?? '', principalType: 'User' },
    },
    claims: record.claims,
  },
  level: record.level === 'Informational' ? 'Information' : record.level,
  properties: record.properties,
  tenantId: world.tenantId,
})

const hunting = ({ tenantId }: World, table: string, at: number, publishedAt: number, properties: object) => ({
  time: ticks(publishedAt),
  tenantId,
  operationName: 'Publish',
  category: `AdvancedHunting-${table}`,
  _TimeReceivedBySvc: ticks(at),
  properties: { ...properties, Timestamp: ticks(at) },
  Tenant: 'DefaultTenant',
})

export const postDeliveryRecord: Envelope<PostDelivery> = (world, { id, at, publishedAt, record }) =>
  hunting(world, 'EmailPostDeliveryEvents', at, publishedAt, {
    NetworkMessageId: record.networkMessageId,
    InternetMessageId: record.internetMessageId,
    Action: record.action,
    ActionType: record.actionType,
    ActionTrigger: record.actionTrigger,
    ActionResult: record.actionResult,
    RecipientEmailAddress: record.recipient,
    DeliveryLocation: record.location,
    ThreatTypes: record.threats.join(', '),
    DetectionMethods: '',
    ReportId: id,
  })

export const clickRecord: Envelope<UrlClick> = (world, { id, at, publishedAt, record }) =>
  hunting(world, 'UrlClickEvents', at, publishedAt, {
    Url: record.url,
    ActionType: record.action,
    AccountUpn: record.account,
    Workload: record.workload,
    NetworkMessageId: record.networkMessageId,
    ThreatTypes: record.threats.join(', '),
    DetectionMethods: '',
    IPAddress: record.ipAddress,
    IsClickedThrough: record.isClickedThrough,
    UrlChain: JSON.stringify(record.chain),
    ReportId: id,
  })
