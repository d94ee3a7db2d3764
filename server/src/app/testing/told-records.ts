import type { NormalizedEvent } from '#domain/event.ts'
import { normalizeRecord } from '#normalize/normalize-record.ts'

/** A record as the emulator tells it: `GET /_emu/ground-truth/records` and `/everyday`. */
export interface ToldRecord {
  surface: string
  record: object
}

/** Other surfaces show their records in a shape of their own, and no rule of the pack needs them. */
const DATASETS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['AzureActiveDirectory', 'Exchange', 'SharePoint', 'General'].map((type) => [`Audit.${type}`, 'o365.audit']),
  ),
  'DLP.All': 'o365.audit',
  signIn: 'azure.signinlogs',
  'signIn.nonInteractiveUser': 'azure.signinlogs',
  'signIn.servicePrincipal': 'azure.signinlogs',
  'signIn.managedIdentity': 'azure.signinlogs',
  directoryAudit: 'azure.auditlogs',
  riskDetection: 'azure.identity_protection',
}

/** The event that a record is kept as; undefined for one that is not, or of a surface that no rule looks at. */
export function eventOf({ surface, record }: ToldRecord): NormalizedEvent | undefined {
  const dataset = DATASETS[surface]
  const outcome = dataset === undefined ? undefined : normalizeRecord(dataset, JSON.stringify(record))
  return outcome?.outcome === 'kept' ? outcome : undefined
}
