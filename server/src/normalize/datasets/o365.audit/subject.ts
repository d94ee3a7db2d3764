import type { EcsEvent } from '#domain/event.ts'
import type { Meaning } from '#normalize/ecs/categories.ts'
import type { Step } from '#normalize/normalizer.ts'
import { parseOutcome } from '#normalize/steps/outcome.ts'
import { textOf } from '#normalize/json.ts'
import type { AuditRecord } from './audit-record.ts'

/** The step that knows what records of some types mean. */
export interface Subject extends Step<AuditRecord> {
  readonly recordTypes: readonly number[]
}

/** Writes what kind of thing happened. The lists are shared by all events of an operation. */
export function setMeaning(event: EcsEvent, meaning: Meaning): void {
  event.event.category = meaning.category
  event.event.type = meaning.type
}

/** Writes how it ended, from `ResultStatus`; an operation that is named a failure is one whatever the status says. */
export function setOutcome(record: AuditRecord, event: EcsEvent): void {
  const status = record.audit.ResultStatus
  event.event.outcome = NAMED_FAILURE.test(record.operation) ? 'failure' : parseOutcome(status)
  if (status === 'PartiallySucceeded') event.event.reason = textOf(status)
}

const NAMED_FAILURE = /Fail(?:ed|ure)$/

/** Writes the sentence, ending with the failure where there was one. */
export function tell(event: EcsEvent, sentence: string): void {
  event.message = event.event.outcome === 'failure' ? `${sentence} (failed).` : `${sentence}.`
}

/** `text` in quotation marks for a sentence, cut where it is long. */
export function quote(text: string): string {
  return text.length > LONGEST_QUOTE ? `"${text.slice(0, LONGEST_QUOTE)}…"` : `"${text}"`
}

const LONGEST_QUOTE = 120

/** "1 message", "3 messages". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/**
 * `decide` remembered per operation: a tenant has a few hundred operations and millions of records. Forgets everything when
 * somebody sends ever new names.
 */
export function byOperation<Answer>(decide: (operation: string) => Answer): (operation: string) => Answer {
  const known = new Map<string, Answer>()
  return (operation) => {
    const answer = known.get(operation)
    if (answer !== undefined) return answer
    if (known.size >= MAX_OPERATIONS) known.clear()
    const decided = decide(operation)
    known.set(operation, decided)
    return decided
  }
}

const MAX_OPERATIONS = 2000
