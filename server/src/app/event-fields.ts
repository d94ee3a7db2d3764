import ipaddr from 'ipaddr.js'

import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { User } from '#domain/user.ts'
import type { EventStore, PromotedField } from '#store/event-store.ts'

import type { Audit } from './audit.ts'

/** A field that can be searched. */
export interface EventField {
  /** Dotted path. */
  name: string
  type: 'keyword' | 'text' | 'ip' | 'number' | 'date' | 'boolean'
  kept: 'column' | 'promoted' | 'document'
  /** Events of the sample that have it. */
  count?: number
}

/** The fields of events: which there are, and which of them have a column of their own. */
export interface EventFields {
  /** By name. Those of the newest events of each dataset, and those that always have a column. */
  list(tenantId: TenantId): Promise<{ fields: EventField[]; sampled: number }>
  promoted(): Promise<PromotedField[]>
  /** @throws AppError REQUEST_INVALID. */
  promote(by: User, field: Pick<PromotedField, 'name' | 'type'>): Promise<PromotedField>
  /** @throws AppError FIELD_NOT_FOUND. */
  demote(by: User, name: string): Promise<void>
}

/** Newest events of each dataset to look into: enough for the fields that are not rare. */
const SAMPLE = 300
const MAX_DATASETS = 20
const EVER = { from: '1900-01-01T00:00:00Z', to: '2299-12-31T00:00:00Z' }

export function createEventFields(parts: { events: EventStore; audit: Audit; clock: Clock }): EventFields {
  const { events, audit, clock } = parts

  async function sample(tenantId: TenantId): Promise<Record<string, unknown>[]> {
    const field = 'event.dataset'
    const recent = { from: isoTime(clock.now() - RECENT_MS), to: EVER.to }
    const known = async (range: typeof EVER) =>
      events.topValues(tenantId, { range, query: { kind: 'all' }, field, limit: MAX_DATASETS })
    const found = await known(recent)
    const datasets = found.length > 0 ? found : await known(EVER)
    const documents: Record<string, unknown>[] = []
    for (const { value } of datasets) {
      const query = { kind: 'match' as const, field, value, wildcard: false }
      documents.push(...(await events.search(tenantId, { range: EVER, query, limit: SAMPLE })).events)
    }
    return documents
  }

  return {
    async list(tenantId) {
      const [documents, promoted] = await Promise.all([sample(tenantId), events.promotedFields()])
      const seen = new Map<string, { count: number; type: EventField['type'] }>()
      for (const document of documents) {
        for (const [name, value] of new Map(leavesOf(document, ''))) {
          const before = seen.get(name)
          const type = typeOf(name, value)
          seen.set(name, { count: (before?.count ?? 0) + 1, type: before ? joined(before.type, type) : type })
        }
      }
      const fields = new Map<string, EventField>()
      for (const [name, found] of seen) fields.set(name, { name, ...found, kept: 'document' })
      for (const { name, isNumber } of events.columns()) {
        const type = isNumber ? 'number' : (seen.get(name)?.type ?? typeOf(name, ''))
        fields.set(name, { ...fields.get(name), name, type, kept: 'column' })
      }
      for (const { name, type } of promoted) fields.set(name, { ...fields.get(name), name, type, kept: 'promoted' })
      const sorted = [...fields.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
      return { fields: sorted, sampled: documents.length }
    },

    promoted: () => events.promotedFields(),

    async promote(by, field) {
      const promoted = await events.promote({ ...field, createdBy: by.name, createdAt: isoTime(clock.now()) })
      await audit(by.name, 'field.promote', { ...field })
      return promoted
    },

    async demote(by, name) {
      if (!(await events.demote(name))) {
        throw new AppError({
          code: 'FIELD_NOT_FOUND',
          what: 'The field was not changed.',
          why: `No column was made for \`${name.slice(0, 100)}\`.`,
          fix: '`npx cordon fields list --promoted` lists those that have one.',
        })
      }
      await audit(by.name, 'field.demote', { name })
    },
  }
}

const RECENT_MS = 7 * 24 * 3_600_000

/** Every value with its path, lists entered; one of each path is enough. */
function* leavesOf(value: unknown, path: string): Generator<[path: string, value: unknown]> {
  if (Array.isArray(value)) for (const each of value) yield* leavesOf(each, path)
  else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) yield* leavesOf(each, path === '' ? name : `${path}.${name}`)
  } else if (value !== null && value !== undefined) yield [path, value]
}

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d/

function typeOf(name: string, value: unknown): EventField['type'] {
  if (name === '@timestamp') return 'date'
  if (name === 'message' || name === 'event.original') return 'text'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'boolean'
  const text = String(value)
  if (DATE.test(text)) return 'date'
  return /(^|\.)ip$/.test(name) || (text.includes('.') && ipaddr.IPv4.isValidFourPartDecimal(text)) ? 'ip' : 'keyword'
}

function joined(one: EventField['type'], other: EventField['type']): EventField['type'] {
  return one === other ? one : 'keyword'
}
