import type { Step } from '#normalize/normalizer.ts'
import { put, unwrapJson } from '#normalize/json.ts'
import { liftNames, liftPairs } from '#normalize/steps/pairs.ts'
import type { AuditRecord } from './audit-record.ts'

/** Fields that hold name-and-value lists in any notation; elsewhere only the unmistakable one is lifted. */
const LISTS = ['Parameters', 'ExtendedProperties', 'ModifiedProperties', 'OperationProperties']

/**
 * The whole record under `o365.audit`, so that whoever knows Microsoft's names, or brings a rule written for them, finds
 * everything there: lists of names and values become objects, wrapped JSON is parsed, nothing is left out.
 */
export const properties: Step<AuditRecord> = {
  name: 'properties',
  run(record, event) {
    const { raw } = record
    let audit = raw
    // Copying whole and replacing the few that change costs a third of copying field by field; many records need neither.
    const replace = (name: string, value: unknown) => {
      if (audit === raw) audit = { ...raw }
      put(audit, name, value)
    }
    for (const name in raw) {
      const value = raw[name]
      const unwrapped = typeof value === 'string' ? unwrapJson(value) : value
      if (unwrapped === value && !Array.isArray(value)) continue
      const lifted = Array.isArray(unwrapped) && !LISTS.includes(name) ? liftPairs(unwrapped) : unwrapped
      if (lifted !== value) replace(name, lifted)
    }
    for (const name of LISTS) {
      const value = audit[name]
      if (value === undefined) continue
      const lifted = liftNames(value)
      if (lifted !== value) replace(name, lifted)
    }
    record.audit = audit
    event.o365 = { audit }
  },
}
