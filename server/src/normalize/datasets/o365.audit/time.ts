import { TimeFault } from '#normalize/normalizer.ts'
import type { Step } from '#normalize/normalizer.ts'
import { parseTime } from '#normalize/steps/time.ts'
import type { AuditRecord } from './audit-record.ts'

/** When it happened. A record without a time cannot be placed and is quarantined. */
export const time: Step<AuditRecord> = {
  name: 'time',
  run({ raw }, event) {
    const at = parseTime(raw.CreationTime)
    if (at === undefined) throw new TimeFault('CreationTime is missing or is not a date and time.')
    event['@timestamp'] = at
  },
}
