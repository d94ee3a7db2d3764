import { activityLogs } from '#normalize/datasets/azure.activitylogs/normalizer.ts'
import { auditLogs } from '#normalize/datasets/azure.auditlogs/normalizer.ts'
import { identityProtection } from '#normalize/datasets/azure.identity_protection/normalizer.ts'
import { graphActivityLogs } from '#normalize/datasets/azure.graphactivitylogs/normalizer.ts'
import { SIGN_IN_CATEGORIES } from '#normalize/datasets/azure.signinlogs/kind.ts'
import { signInLogs } from '#normalize/datasets/azure.signinlogs/normalizer.ts'
import { m365DefenderEvent } from '#normalize/datasets/m365_defender.event/normalizer.ts'
import { intuneLog } from '#normalize/datasets/microsoft_intune.log/normalizer.ts'
import type { JsonObject } from '#normalize/json.ts'
import { isObject, textOf, unwrapJson } from '#normalize/json.ts'
import type { Normalizer } from '#normalize/normalizer.ts'

/**
 * Categories of the activity log. Other logs of Azure use some of the words: only a subscription's records are
 * meant. The last three are of years ago, when the category was the kind of operation.
 */
const ACTIVITY = new Set(
  `Administrative Security ServiceHealth ResourceHealth Alert Recommendation Policy Autoscale
  Write Delete Action`.split(/\s+/),
)

const RISK = ['UserRiskEvents', 'RiskyUsers', 'ServicePrincipalRiskEvents', 'RiskyServicePrincipals']

const BY_CATEGORY = new Map<string, Normalizer>([
  ...SIGN_IN_CATEGORIES.map((category): [string, Normalizer] => [category, signInLogs]),
  ['AuditLogs', auditLogs],
  ['MicrosoftGraphActivityLogs', graphActivityLogs],
  ...RISK.map((category): [string, Normalizer] => [category, identityProtection]),
])

/** What Intune calls its logs; the first of them as Entra does its own. */
const INTUNE = new Set(['AuditLogs', 'OperationalLogs', 'DeviceComplianceOrg', 'Devices', 'Windows365AuditLogs'])

/** Whose records have this category; undefined where nobody knows them. */
export function normalizerOfCategory(category: string, record: JsonObject): Normalizer | undefined {
  if (category.startsWith('AdvancedHunting-')) return m365DefenderEvent
  const resource = textOf(record.resourceId)?.toLowerCase() ?? ''
  if (ACTIVITY.has(category) && resource.startsWith('/subscriptions/')) return activityLogs
  if (INTUNE.has(category) && isOfIntune(resource, record.properties)) return intuneLog
  return BY_CATEGORY.get(category)
}

/** It says so in the resource; some relays leave that out, and only the names of its fields tell. */
function isOfIntune(resource: string, properties: unknown): boolean {
  if (resource !== '') return resource.endsWith('/microsoft.intune')
  const fields = typeof properties === 'string' ? unwrapJson(properties) : properties
  return isObject(fields) && ('AuditEventId' in fields || 'IntuneAccountId' in fields)
}
