import type { NormalizedEvent } from '#domain/event.ts'

import type { Fields } from './compile/reading.ts'
import type { Logsource as RuleLogsource } from './sigma/documents.ts'

/**
 * What a Sigma field name means for our events. Public rules for Microsoft 365 use three vocabularies: the record's own
 * names (`Operation`), names inherited from Elastic (`eventSource`), and ECS. A name is sought as a key of the record,
 * then as a dotted path into it, then by its alias, then as a path into the normalized event.
 */
export interface Logsource {
  product: string
  service: string
  datasets: readonly string[]
  /** Field of the rule → paths of the normalized event, any of which may hold the value. */
  aliases: Readonly<Record<string, readonly string[]>>
}

/** Names that SigmaHQ's threat_management, threat_detection and exchange rules inherited. */
const INHERITED = {
  eventSource: ['event.provider'],
  eventName: ['rule.name', 'event.action'],
  status: ['event.outcome'],
  Payload: ['o365.audit.Parameters', 'o365.audit.Data'],
} as const

export const LOGSOURCES: readonly Logsource[] = [
  { product: 'm365', service: 'audit', datasets: ['o365.audit'], aliases: {} },
  { product: 'm365', service: 'exchange', datasets: ['o365.audit'], aliases: INHERITED },
  { product: 'm365', service: 'threat_management', datasets: ['o365.audit'], aliases: INHERITED },
  { product: 'm365', service: 'threat_detection', datasets: ['o365.audit'], aliases: INHERITED },
]

/** The logsource of a rule; undefined when Cordon collects nothing that it could mean. */
export function findLogsource({ product, service }: RuleLogsource): Logsource | undefined {
  return LOGSOURCES.find((source) => source.product === product && source.service === service)
}

/** An event as a rule of `logsource` reads it; values already looked up are kept, since many rules ask for the same. */
export function eventFields({ raw, event }: NormalizedEvent, logsource: Logsource): Fields {
  const known = new Map<string, readonly unknown[] | undefined>()
  return {
    values(field) {
      if (known.has(field)) return known.get(field)
      const found = lookUp(raw, event, field, logsource)
      known.set(field, found)
      return found
    },
    everyValue: () => scalars(raw),
  }
}

function lookUp(
  raw: Record<string, unknown>,
  event: Record<string, unknown>,
  field: string,
  logsource: Logsource,
): readonly unknown[] | undefined {
  const direct = valuesAt(raw, field)
  if (direct !== undefined) return direct
  const aliased = logsource.aliases[field]?.flatMap((path) => valuesAt(event, path) ?? [])
  if (aliased !== undefined && aliased.length > 0) return aliased
  return valuesAt(event, field)
}

function valuesAt(record: Record<string, unknown>, field: string): readonly unknown[] | undefined {
  if (Object.hasOwn(record, field)) {
    const value = record[field]
    return typeof value === 'object' && value !== null ? [...scalars(value)] : [value]
  }
  if (!field.includes('.')) return undefined
  const nodes = nodesAt(record, field.split('.'))
  return nodes.length === 0 ? undefined : nodes.flatMap((node) => [...scalars(node)])
}

/**
 * What lies at a path. Lists are entered; lists of named values, which Microsoft uses for parameters and properties, are
 * read by name. A name may hold dots itself: `ModifiedProperties.Role.DisplayName` finds the property `Role.DisplayName`.
 */
function nodesAt(node: unknown, steps: readonly string[]): unknown[] {
  if (steps.length === 0) return [node]
  if (Array.isArray(node)) return node.flatMap((item) => namedValue(item, steps) ?? nodesAt(item, steps))
  const [step, ...rest] = steps
  return isRecord(node) && Object.hasOwn(node, step!) ? nodesAt(node[step!], rest) : []
}

function namedValue(item: unknown, steps: readonly string[]): unknown[] | undefined {
  if (!isRecord(item) || typeof item['Name'] !== 'string') return undefined
  if (item['Name'].toLowerCase() !== steps.join('.').toLowerCase()) return undefined
  const key = ['Value', 'NewValue'].find((name) => name in item)
  return key === undefined ? undefined : [item[key]]
}

/** Every scalar below a value, depth first. */
function* scalars(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) for (const item of value) yield* scalars(item)
  else if (isRecord(value)) for (const key of Object.keys(value)) yield* scalars(value[key])
  else yield value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
