import type { EcsEvent } from '#domain/event.ts'
import type { Step } from '#normalize/normalizer.ts'
import { parseOutcome } from '#normalize/steps/outcome.ts'
import { textOf } from '#normalize/json.ts'
import type { AuditRecord } from './audit-record.ts'

/** The step that knows what records of some types mean. */
export interface Subject extends Step<AuditRecord> {
  readonly recordTypes: readonly number[]
  /** Microsoft's names of the workloads whose records of other, unpublished types are of this subject, too. */
  readonly workloads?: readonly string[]
}

/** Writes how it ended, from `ResultStatus`; an operation that is named a failure is one whatever the status says. */
export function setOutcome(record: AuditRecord, event: EcsEvent): void {
  const status = record.audit.ResultStatus
  event.event.outcome = NAMED_FAILURE.test(record.operation) ? 'failure' : parseOutcome(status)
  if (status === 'PartiallySucceeded') event.event.reason = textOf(status)
}

const NAMED_FAILURE = /Fail(?:ed|ure)$/
