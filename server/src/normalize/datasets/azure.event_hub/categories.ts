import { activityLogs } from '#normalize/datasets/azure.activitylogs/normalizer.ts'
import { auditLogs } from '#normalize/datasets/azure.auditlogs/normalizer.ts'
import { identityProtection } from '#normalize/datasets/azure.identity_protection/normalizer.ts'
import { SIGN_IN_CATEGORIES } from '#normalize/datasets/azure.signinlogs/kind.ts'
import { signInLogs } from '#normalize/datasets/azure.signinlogs/normalizer.ts'
import { m365DefenderEvent } from '#normalize/datasets/m365_defender.event/normalizer.ts'
import type { JsonObject } from '#normalize/json.ts'
import { textOf } from '#normalize/json.ts'
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
  ...RISK.map((category): [string, Normalizer] => [category, identityProtection]),
])

/**
 * Whose records have this category; undefined where nobody knows them. Intune calls its audits as Entra does
 * and says in the resource that they are its own.
 */
export function normalizerOfCategory(category: string, record: JsonObject): Normalizer | undefined {
  if (category.startsWith('AdvancedHunting-')) return m365DefenderEvent
  const resource = textOf(record.resourceId)?.toLowerCase() ?? ''
  if (ACTIVITY.has(category) && resource.startsWith('/subscriptions/')) return activityLogs
  if (resource.endsWith('/microsoft.intune')) return undefined
  return BY_CATEGORY.get(category)
}
