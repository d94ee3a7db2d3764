/** A normalized event: nested ECS, plus what ECS has no word for under the product's own name (`o365.audit.…`). */
export interface EcsEvent {
  /** When it happened, UTC, ISO 8601 with milliseconds. */
  '@timestamp': string
  /** One plain sentence a person understands. */
  message: string
  event: EventFields
  [field: string]: unknown
}

/** ECS `event.*`. */
export interface EventFields {
  /** Deterministic: the same record always gets the same id within its tenant. */
  id: string
  /** Elastic's dataset name, so that published rules fit: `o365.audit`. */
  dataset: string
  kind: 'event' | 'alert' | 'asset' | 'enrichment' | 'metric' | 'state' | 'signal'
  category?: string[]
  type?: string[]
  /** Microsoft's name of the operation. */
  action?: string
  /** Only from what Microsoft said. Absent where success and failure have no meaning; `unknown` where Microsoft was silent. */
  outcome?: 'success' | 'failure' | 'unknown'
  /** The record type's name (`ExchangeItem`) for `o365.audit`. */
  code?: string
  /** The workload (`Exchange`). */
  provider?: string
  [field: string]: unknown
}

/** A record with its event: what the stages behind normalize work on. */
export interface NormalizedEvent {
  event: EcsEvent
  /** The record as Microsoft sent it, parsed. Sigma rules written for raw field names read it. */
  raw: Record<string, unknown>
  /** The record's own text, byte for byte where it came as one; stored beside the event. */
  original: string
}

/** An event as it was before it was stored. A record that is no object has no values of its own. */
export function restoreEvent(event: EcsEvent, original: string): NormalizedEvent {
  return { event, raw: recordOf(original), original }
}

function recordOf(original: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(original)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The value at a dotted path (`user.target.name`), walking nested objects; undefined where a step is missing. */
export function fieldAt(event: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = event
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}
