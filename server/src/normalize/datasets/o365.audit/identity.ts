import { stableId } from '#domain/ids.ts'
import type { Step } from '#normalize/normalizer.ts'
import { isGuid } from '#normalize/steps/guid.ts'
import { textOf } from '#normalize/json.ts'
import type { AuditRecord } from './audit-record.ts'
import { recordTypeName } from './record-types.ts'

/** Which record this is: Microsoft's Id where it is a GUID, else an identity computed from the record's text. */
export const identity: Step<AuditRecord> = {
  name: 'identity',
  run({ raw, text, operation, recordType }, event) {
    const id = textOf(raw.Id)
    event.event.id = id !== undefined && isGuid(id) ? id.toLowerCase() : stableId(text)
    if (operation !== '') event.event.action = operation
    if (recordType !== undefined) event.event.code = recordTypeName(recordType)
    const workload = textOf(raw.Workload)
    if (workload !== undefined) event.event.provider = workload
    const organizationId = textOf(raw.OrganizationId)?.toLowerCase()
    const organizationName = textOf(raw.OrganizationName)
    if (organizationId !== undefined || organizationName !== undefined) {
      const organization: { id?: string; name?: string } = {}
      if (organizationId !== undefined) organization.id = organizationId
      if (organizationName !== undefined) organization.name = organizationName
      event.organization = organization
    }
  },
}
