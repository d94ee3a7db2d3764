import type { Pattern } from './pattern.ts'

/**
 * The one form. A rule's text is read into this tree once; predicates for the stream and SQL for history are both made from
 * it, so that the two cannot disagree about what a rule says. Modifiers that only spell a value in several ways (`windash`,
 * `base64`, `base64offset`, `wide`, `utf16`…) are gone by then: each is an `or` of patterns. `neq` is a `not`.
 */
export type Expression = { kind: 'and' | 'or'; terms: Expression[] } | { kind: 'not'; term: Expression } | Leaf

/** `field` undefined: a keyword, sought in every scalar value of the event, not in names. */
export interface Leaf {
  kind: 'leaf'
  field: string | undefined
  test: ValueTest
}

/**
 * What one value of a rule demands of the values of a field. A field with several values (an array, the scalars below an
 * object) passes when any of them does; under `not`, when none does.
 */
export type ValueTest =
  | { kind: 'pattern'; pattern: Pattern; cased: boolean }
  /** RE2, a search and not anchored; `flags` are of `i`, `m`, `s`. */
  | { kind: 'regex'; source: string; flags: string }
  | { kind: 'cidr'; block: string }
  | { kind: 'compare'; operator: 'lt' | 'lte' | 'gt' | 'gte'; value: number }
  /** `fieldref`: compared with the values of another field of the same event. */
  | { kind: 'field'; other: string; how: 'equals' | 'contains' | 'startswith' | 'endswith'; cased: boolean }
  /** A part of a point in time, in UTC; weeks as ISO 8601 counts them. */
  | { kind: 'time'; part: TimePart; value: number }
  /** `expand`: a list that the tenant names, put in its place by `bindLists`; `prefix` and `suffix` stand around its name. */
  | {
      kind: 'list'
      name: string
      before: boolean
      behind: boolean
      cased: boolean
      prefix?: Pattern
      suffix?: Pattern
    }
  /** The field is absent or null. */
  | { kind: 'null' }
  /** The field is there, be it null or empty. */
  | { kind: 'exists'; expected: boolean }

export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'

/** `terms` joined; one term stays itself. */
export function join(kind: 'and' | 'or', terms: Expression[]): Expression {
  return terms.length === 1 ? terms[0]! : { kind, terms }
}

/** The fields that an expression asks for; undefined stands for every value, which keywords ask for. */
export function fieldsOf(expression: Expression): Set<string | undefined> {
  const fields = new Set<string | undefined>()
  const walk = (each: Expression): void => {
    if (each.kind === 'not') walk(each.term)
    else if (each.kind !== 'leaf') each.terms.forEach(walk)
    else {
      fields.add(each.field)
      if (each.test.kind === 'field') fields.add(each.test.other)
    }
  }
  walk(expression)
  return fields
}
