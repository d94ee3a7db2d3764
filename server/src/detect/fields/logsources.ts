import type { Logsource as RuleLogsource } from '#detect/sigma/documents.ts'

import { AUDIT, CLOUD_APPS_ALERTS, DEFENDER_ALERTS } from './audit.ts'
import { AZURE_ACTIVITIES, GRAPH_ACTIVITIES, RISK_DETECTIONS } from './azure.ts'
import { AUDITED_DIRECTORY, DIRECTORY_AUDITS } from './directory-audit.ts'
import { AUDITED_SIGN_INS, SIGN_INS } from './sign-in.ts'
import type { EventStream, Logsource } from './source.ts'

/** Every logsource of which Cordon knows what its fields mean. */
export const LOGSOURCES: readonly Logsource[] = [
  { product: 'm365', service: 'audit', streams: [AUDIT] },
  { product: 'm365', service: 'exchange', streams: [AUDIT] },
  { product: 'm365', service: 'threat_management', streams: [AUDIT, DEFENDER_ALERTS, CLOUD_APPS_ALERTS] },
  { product: 'm365', service: 'threat_detection', streams: [AUDIT, DEFENDER_ALERTS, CLOUD_APPS_ALERTS] },
  { product: 'azure', service: 'auditlogs', streams: [DIRECTORY_AUDITS, AUDITED_DIRECTORY] },
  { product: 'azure', service: 'signinlogs', streams: [SIGN_INS, AUDITED_SIGN_INS] },
  { product: 'azure', service: 'riskdetection', streams: [RISK_DETECTIONS] },
  { product: 'azure', service: 'activitylogs', streams: [AZURE_ACTIVITIES] },
  { product: 'azure', service: 'graphactivitylogs', streams: [GRAPH_ACTIVITIES] },
  {
    product: 'azure',
    service: 'pim',
    streams: [],
    absent:
      'Alerts of Privileged Identity Management are in the beta of Microsoft Graph alone, and Cordon does not collect them.',
  },
]

/** The events that a rule of `logsource` is about; none where Cordon collects nothing that it could mean. */
export function streamsOf(logsource: RuleLogsource): readonly EventStream[] {
  if (logsource.category !== undefined) return []
  return [...new Set(fitting(logsource).flatMap(({ streams }) => streams))]
}

/** Why there are no events of `logsource`, in a sentence. */
export function whyAbsent(logsource: RuleLogsource): string {
  const named = Object.entries(logsource).map(([key, value]) => `${key} ${value}`)
  const known = logsource.category === undefined ? fitting(logsource)[0]?.absent : undefined
  return known ?? `Cordon collects nothing of ${named.join(', ')}.`
}

/** A rule that names no product, or no service, is about all that have the rest. */
function fitting({ product, service }: RuleLogsource): Logsource[] {
  return LOGSOURCES.filter(
    (each) =>
      (product ?? each.product).toLowerCase() === each.product &&
      (service ?? each.service).toLowerCase() === each.service,
  )
}
