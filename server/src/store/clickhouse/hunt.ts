import type { TenantId } from '#domain/ids.ts'
import type { TimeRange } from '#domain/query.ts'
import type { EventHunt, EventKey, EventKind, ExportedEvent, KindField, Wanted } from '#store/event-store.ts'
import { KIND_FIELDS } from '#store/event-store.ts'

import { type Column, columnAt, HUNTED } from './columns.ts'
import { isPlural } from './field-values.ts'
import { Params } from './params.ts'
import { isBehind, KEY, moment, onceEach, ORDERS, type Reader } from './reader.ts'

/** Documents come in pages of about so many bytes, and of so many events. */
const PAGE_BYTES = 8_000_000
const PAGE_MIN = 50
const PAGE_MAX = 5_000
/** Rows that the engine looks at together where columns tell which documents to read: with few at once columns cost more. */
const BLOCK = 8_192
/** Copies of events there may be among the newest. */
const SPARE = 32
/** A stretch of history is read in seconds; on a machine that is busy it may take longer, and nobody is kept from searching. */
const MAX_SECONDS = 100

/**
 * Reading history for detection. The columns that say what kind an event is are compared as they are, without folding: what
 * kinds there are is asked first, and which of them a rule may match is decided outside.
 */
export function createHunt({ events, select }: Reader): EventHunt {
  const whereOf = (tenantId: TenantId, { from, to }: TimeRange, params: Params) =>
    `tenant_id = ${params.uuid(tenantId)} AND time >= ${params.time(moment(from))} AND time < ${params.time(moment(to))}`

  return {
    fields: new Map([...HUNTED.values()].map(({ path, kind }) => [path, kind === 'json' ? 'record' : 'own'])),

    async kinds(tenantId, range, by) {
      const params = new Params()
      const columns = by.map(nameOf).join(', ')
      const rows = await select<{ day: string; count: number; values: string[] }>(
        `SELECT toString(day) AS day, toFloat64(count()) AS count, [${columns}] AS values
          FROM (SELECT ${columns}, toDate32(time) AS day FROM ${events} FINAL WHERE ${whereOf(tenantId, range, params)})
          GROUP BY ${columns}, day ORDER BY day, ${columns}`,
        params,
        MAX_SECONDS,
      )
      return rows.map(({ day, count, values }) => {
        return { day, count, kind: Object.fromEntries(by.map((field, index) => [field, values[index]!])) }
      })
    },

    async newest(tenantId, { range, kinds, limit }) {
      const params = new Params()
      const where = `${whereOf(tenantId, range, params)} AND ${isOneOf(kinds, params)}`
      const keys = await select<EventKey>(
        `SELECT ${KEY} FROM ${events} WHERE ${where} ORDER BY ${ORDERS.desc.by} LIMIT ${params.integer(limit + SPARE)}`,
        params,
        MAX_SECONDS,
      )
      return onceEach(keys).slice(0, limit)
    },

    async *candidates(tenantId, { range, wanted, originals }) {
      if (wanted.length === 0) return
      let last: EventKey | undefined
      for (let size = 200; ;) {
        const params = new Params()
        params.readsDocuments = wanted.some(({ sought }) => sought?.field === undefined)
        const where = [
          whereOf(tenantId, range, params),
          ...(last ? [isBehind(last, ORDERS.asc, params)] : []),
          ...conditionsOf(wanted, params),
        ]
        const rows = await select<EventKey & ExportedEvent>(
          // PREWHERE takes its conditions in their order, of which the engine's own choice cost half as much again.
          `SELECT ${KEY}, event AS document${originals ? ', original' : ''} FROM ${events}
            PREWHERE ${where.join(' AND ')} ORDER BY ${ORDERS.asc.by}, arrived DESC LIMIT ${params.integer(size)}
            ${params.readsDocuments ? '' : `SETTINGS max_block_size = ${BLOCK}`}`,
          params,
          MAX_SECONDS,
        )
        yield onceEach(rows)
        if (rows.length < size) return
        last = rows.at(-1)
        const bytes = rows.reduce((sum, { document, original = '' }) => sum + document.length + original.length, 0)
        size = Math.min(Math.max(Math.round((PAGE_BYTES * size) / bytes), PAGE_MIN), PAGE_MAX)
      }
    },
  }
}

/**
 * Conditions that the engine takes one after another, what rules out most for the least first: a column is read only where the one
 * before left something, and documents where nothing else can tell.
 */
function conditionsOf(wanted: readonly Wanted[], params: Params): string[] {
  const inDocuments = wanted.some(({ sought }) => sought && sought.field === undefined)
  const any = (isLast: boolean) => {
    const each = wanted.map(({ kinds, sought }) => {
      const isSought = sought && (sought.field !== undefined || isLast)
      return isSought ? `(${isOneOf(kinds, params)} AND ${holdsAny(sought, params)})` : isOneOf(kinds, params)
    })
    return `(${each.join(' OR ')})`
  }
  const all = wanted.flatMap(({ kinds }) => kinds)
  return [hasAction(all, params), any(false), ...(inDocuments ? [any(true)] : [])]
}

function hasAction(kinds: readonly EventKind[], params: Params): string {
  return `event_action IN ${params.texts([...new Set(kinds.map((kind) => kind['event.action'] ?? ''))])}`
}

function isOneOf(kinds: readonly EventKind[], params: Params): string {
  const alike = Map.groupBy(kinds, (kind) => JSON.stringify([kind['event.dataset'], furtherOf(kind)]))
  const conditions = [...alike.values()].map((own) => {
    const further = furtherOf(own[0]!)
    return [
      hasAction(own, params),
      `event_dataset = ${params.text(own[0]!['event.dataset'] ?? '')}`,
      ...(further.length > 0 ? [isTupleOf(own, ['event.action', ...further], params)] : []),
    ].join(' AND ')
  })
  return conditions.length === 0 ? '0' : `(${conditions.map((each) => `(${each})`).join(' OR ')})`
}

function furtherOf(kind: EventKind): KindField[] {
  return KIND_FIELDS.filter((field) => kind[field] !== undefined && !BASE.has(field))
}

const BASE: ReadonlySet<string> = new Set<KindField>(['event.dataset', 'event.action'])

function isTupleOf(kinds: readonly EventKind[], fields: readonly KindField[], params: Params): string {
  const values = fields.map((field) => params.texts(kinds.map((kind) => kind[field] ?? '')))
  return `(${fields.map(nameOf).join(', ')}) IN (SELECT arrayJoin(arrayZip(${values.join(', ')})))`
}

function nameOf(field: KindField): string {
  return columnAt(field, NONE)!.name
}

const NONE: ReadonlyMap<string, Column> = new Map()

/** Letters beyond ASCII that are ASCII in lower case: where one is, a text may be there that is not found. */
const ODD = ['\u212A', '\u0130']

function holdsAny({ field, texts }: NonNullable<Wanted['sought']>, params: Params): string {
  const sought = texts.filter((text) => text !== '')
  if (field === undefined) return holdsExpression(sought, params)
  const column = HUNTED.get(field)!
  const holds = holdsText([...ODD, ...sought], params)
  const any = isPlural(column) ? `arrayExists(v -> ${holds('v')}, ${column.name})` : holds(column.name)
  return texts.includes('') ? `(empty(${column.name}) OR ${any})` : any
}

/** In long texts, where many expressions cost the engine little more than one: a fifth of what as many plain texts cost. */
function holdsExpression(texts: readonly string[], params: Params): string {
  const expressions = texts.map((text) => `(?i)${text.replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`)}`)
  return `multiMatchAny(event, ${params.texts([...ODD, ...expressions])})`
}

/** In short texts, where beginning to look costs more than looking. */
function holdsText(texts: readonly string[], params: Params): (value: string) => string {
  const bound: string[] = []
  for (let from = 0; from < texts.length; from += MOST_TEXTS) {
    bound.push(params.texts(texts.slice(from, from + MOST_TEXTS)))
  }
  return (value) => `(${bound.map((some) => `multiSearchAnyCaseInsensitive(${value}, ${some})`).join(' OR ')})`
}

/** How many the engine looks for in one pass. */
const MOST_TEXTS = 250
