import type { Normalizer } from '#normalize/normalizer.ts'
import { activityLogs } from './azure.activitylogs/normalizer.ts'
import { auditLogs } from './azure.auditlogs/normalizer.ts'
import { eventHub } from './azure.event_hub/normalizer.ts'
import { graphActivityLogs } from './azure.graphactivitylogs/normalizer.ts'
import { identityProtection } from './azure.identity_protection/normalizer.ts'
import { signInLogs } from './azure.signinlogs/normalizer.ts'
import { cloudAppsActivity } from './cloud_apps.activity/normalizer.ts'
import { cloudAppsAlert } from './cloud_apps.alert/normalizer.ts'
import { defenderCloudAlert } from './defender_cloud.alert/normalizer.ts'
import { entraEntity } from './entityanalytics_entra_id.entity/normalizer.ts'
import { httpIntake } from './http_intake.log/normalizer.ts'
import { m365DefenderAlert } from './m365_defender.alert/normalizer.ts'
import { m365DefenderEvent } from './m365_defender.event/normalizer.ts'
import { m365DefenderIncident } from './m365_defender.incident/normalizer.ts'
import { intuneLog } from './microsoft_intune.log/normalizer.ts'
import { o365MessageTrace } from './o365.message_trace/normalizer.ts'
import { o365Quarantine } from './o365.quarantine/normalizer.ts'
import { o365ReportedMail } from './o365.reported_mail/normalizer.ts'
import { o365Submission } from './o365.submission/normalizer.ts'
import { o365Audit } from './o365.audit/normalizer.ts'

/** Every normalizer, one line each. */
export const NORMALIZERS: readonly Normalizer[] = [
  o365Audit,
  activityLogs,
  auditLogs,
  eventHub,
  graphActivityLogs,
  identityProtection,
  signInLogs,
  entraEntity,
  httpIntake,
  cloudAppsActivity,
  cloudAppsAlert,
  defenderCloudAlert,
  m365DefenderAlert,
  m365DefenderEvent,
  m365DefenderIncident,
  intuneLog,
  o365MessageTrace,
  o365Quarantine,
  o365ReportedMail,
  o365Submission,
]
