import { defineNormalizer } from '#normalize/normalizer.ts'
import { openRecord } from './audit-record.ts'
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
import type { Subject } from './subject.ts'
import { time } from './time.ts'
import { where } from './where.ts'
import { who } from './who.ts'

/** Every subject that has a meaning of its own; a record of any other type is told by {@link generic}. */
const SUBJECTS: readonly Subject[] = [
  signIn,
  directory,
  exchangeAdmin,
  exchangeItem,
  sharePointFile,
  mailSubmission,
  securityAlert,
  dlp,
]

const BY_RECORD_TYPE = new Map(SUBJECTS.flatMap((subject) => subject.recordTypes.map((type) => [type, subject])))

/**
 * The unified audit log of Microsoft 365, as the Management Activity API and Purview's exports give it. What happened, who
 * did it, to whom and from where goes into ECS fields; the whole record stays beside them under `o365.audit` with
 * Microsoft's names, its name-and-value lists turned into objects.
 */
export const o365Audit = defineNormalizer({
  dataset: 'o365.audit',
  title: 'Microsoft 365 audit log',
  open: openRecord,
  steps: [
    identity,
    time,
    properties,
    who,
    where,
    (record) => BY_RECORD_TYPE.get(record.recordType ?? Number.NaN) ?? generic,
    related,
  ],
})
