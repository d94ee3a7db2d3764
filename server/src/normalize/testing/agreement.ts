import { fieldAt } from '#domain/event.ts'

/** ECS fields that the two leading normalizers of Microsoft 365 both fill: what a comparison is about. */
export const SHARED_FIELDS: readonly string[] =
  `@timestamp event.action event.category event.code event.kind event.outcome
  event.type file.directory file.extension file.name host.name organization.id related.ip related.user rule.category rule.id
  rule.name rule.reference source.ip source.port source.user.email url.original user.domain user.email user.id user.name
  user.target.name user_agent.device.name user_agent.name user_agent.original user_agent.os.name user_agent.os.version
  user_agent.version`.split(/\s+/)

/** A leaf value that ours has not, with what ours says instead. */
export interface Disagreed {
  field: string
  theirs: unknown
  ours: unknown
}

export interface Comparison {
  /** The fields of the leaf values that the other event has and ours has, too; one each. */
  agreed: string[]
  disagreed: Disagreed[]
}

/** How far our event says what another normalizer's says, leaf by leaf of `fields`; case and the order of lists do not count. */
export function compareEvents(
  theirs: Record<string, unknown>,
  ours: Record<string, unknown>,
  fields: readonly string[] = SHARED_FIELDS,
): Comparison {
  const result: Comparison = { agreed: [], disagreed: [] }
  for (const field of fields) {
    const our = fieldAt(ours, field)
    const known = new Set(leaves(our).map(folded))
    for (const leaf of leaves(fieldAt(theirs, field))) {
      if (known.has(folded(leaf))) result.agreed.push(field)
      else result.disagreed.push({ field, theirs: leaf, ours: our })
    }
  }
  return result
}

function leaves(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(leaves)
  return value === undefined || value === null ? [] : [value]
}

/** Times differ by their digits of fraction and their zone, words by case. */
function folded(leaf: unknown): string {
  const text = String(leaf).toLowerCase()
  return /^\d{4}-\d\d-\d\dt/.test(text) ? new Date(text).toISOString() : text
}
