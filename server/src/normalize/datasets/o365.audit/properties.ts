import type { Step } from '#normalize/normalizer.ts'
import { put, unwrapJson } from '#normalize/json.ts'
import { liftNames, liftPairs } from '#normalize/steps/pairs.ts'
import type { AuditRecord } from './audit-record.ts'

/** Fields that hold name-and-value lists in any notation; elsewhere only the unmistakable one is lifted. */
const LISTS = new Set(['Parameters', 'ExtendedProperties', 'ModifiedProperties', 'OperationProperties'])

/**
 * The whole record under `o365.audit`, so that whoever knows Microsoft's names, or brings a rule written for them, finds
 * everything there: lists of names and values become objects, wrapped JSON is parsed, nothing is left out.
 */
export const properties: Step<AuditRecord> = {
  name: 'properties',
  run(record, event) {
    let audit = record.raw
    for (const name in record.raw) {
      const value = record.raw[name]
      const lifted = lift(name, value)
      if (lifted === value) continue
      // Copying whole and replacing the few that change costs a third of copying field by field; most records need neither.
      if (audit === record.raw) audit = { ...record.raw }
      put(audit, name, lifted)
    }
    record.audit = audit
    event.o365 = { audit }
  },
}

function lift(name: string, value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'object') return value
  const unwrapped = typeof value === 'string' ? unwrapJson(value) : value
  if (LISTS.has(name)) return liftNames(unwrapped)
  return Array.isArray(unwrapped) ? liftPairs(unwrapped) : unwrapped
}
