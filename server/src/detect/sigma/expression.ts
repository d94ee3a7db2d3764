import type { Pattern } from './pattern.ts'

/** What one value of a rule demands of one value of an event. */
export type ValueTest =
  | { kind: 'pattern'; pattern: Pattern; cased: boolean }
  | { kind: 'regex'; source: string; flags: string }
  | { kind: 'cidr'; block: string }
  | { kind: 'compare'; operator: 'lt' | 'lte' | 'gt' | 'gte'; value: number }
  /** The field is absent or null. */
  | { kind: 'null' }
  | { kind: 'exists'; expected: boolean }

/** A rule's detection as a tree; the one form from which predicates (and later SQL) are made. */
export type Expression =
  | { kind: 'and' | 'or'; terms: Expression[] }
  | { kind: 'not'; term: Expression }
  /** `field` undefined: a keyword, sought in every value of the event. */
  | { kind: 'leaf'; field: string | undefined; test: ValueTest }

/** `terms` joined; one term stays itself. */
export function join(kind: 'and' | 'or', terms: Expression[]): Expression {
  return terms.length === 1 ? terms[0]! : { kind, terms }
}
