import { defineNormalizer } from '#normalize/normalizer.ts'
import { openRecord } from './audit-record.ts'
import type { AuditRecord } from './audit-record.ts'
import { dlp } from './dlp.ts'
import { directory } from './directory.ts'
import { exchangeAdmin } from './exchange-admin.ts'
import { exchangeItem } from './exchange-item.ts'
import { generic } from './generic.ts'
import { identity } from './identity.ts'
import { mailSubmission } from './mail-submission.ts'
import { properties } from './properties.ts'
import { related } from './related.ts'
import { securityAlert } from './security-alert.ts'
import { sharePointFile } from './sharepoint-file.ts'
import { signIn } from './sign-in.ts'
import { accessControl } from './access-control.ts'
import { copilot } from './copilot.ts'
import { discovery } from './discovery.ts'
import { dlpEndpoint } from './dlp-endpoint.ts'
import { dynamics } from './dynamics.ts'
import { forms } from './forms.ts'
import { hygiene } from './hygiene.ts'
import { investigation } from './investigation.ts'
import { labels } from './labels.ts'
import { powerBi } from './power-bi.ts'
import { powerPlatform } from './power-platform.ts'
import { quarantine } from './quarantine.ts'
import { riskDetection } from './risk-detection.ts'
import { serviceOf } from './service.ts'
import { teams } from './teams.ts'
import { threatClick } from './threat-click.ts'
import { threatFile } from './threat-file.ts'
import { threatMail } from './threat-mail.ts'
import { work } from './work.ts'
import { yammer } from './yammer.ts'
import type { Subject } from './subject.ts'
import { time } from './time.ts'
import { where } from './where.ts'
import { who } from './who.ts'

/** Subjects by what their records hold, or by what may be said of them. */
const OWN: readonly Subject[] = [
  signIn,
  directory,
  exchangeAdmin,
  exchangeItem,
  sharePointFile,
  mailSubmission,
  securityAlert,
  dlp,
  dlpEndpoint,
  teams,
  threatMail,
  threatClick,
  threatFile,
  investigation,
  quarantine,
  copilot,
  powerPlatform,
  powerBi,
  dynamics,
  yammer,
  forms,
  discovery,
  labels,
  riskDetection,
  accessControl,
  hygiene,
  work,
]

/** Every published type has a subject: {@link serviceOf} takes the types that no other has. */
const SUBJECTS: readonly Subject[] = [...OWN, serviceOf(new Set(OWN.flatMap(({ recordTypes }) => recordTypes)))]

const BY_RECORD_TYPE = new Map(SUBJECTS.flatMap((subject) => subject.recordTypes.map((type) => [type, subject])))

/** For types that are not published; whatever else comes is told by {@link generic}. */
const BY_WORKLOAD = new Map(SUBJECTS.flatMap((subject) => (subject.workloads ?? []).map((name) => [name, subject])))

function subjectOf({ recordType, audit }: AuditRecord): Subject | undefined {
  const byType = BY_RECORD_TYPE.get(recordType ?? Number.NaN)
  return byType ?? (typeof audit.Workload === 'string' ? BY_WORKLOAD.get(audit.Workload) : undefined)
}

/**
 * The unified audit log of Microsoft 365, as the Management Activity API and Purview's exports give it. What happened, who
 * did it, to whom and from where goes into ECS fields; the whole record stays beside them under `o365.audit` with
 * Microsoft's names, its name-and-value lists turned into objects.
 */
export const o365Audit = defineNormalizer({
  dataset: 'o365.audit',
  title: 'Microsoft 365 audit log',
  open: openRecord,
  steps: [identity, time, properties, who, where, (record) => subjectOf(record) ?? generic, related],
})
