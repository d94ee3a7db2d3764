import type { TenantId } from '#domain/ids.ts'
import type { TimeRange } from '#domain/query.ts'
import type { EventHunt, EventKey, EventKind, ExportedEvent, KindsOfDay } from '#store/event-store.ts'

import { Params } from './params.ts'
import { isBehind, KEY, moment, onceEach, ORDERS, type Reader } from './reader.ts'

/** Documents come in pages of about so many bytes, and of so many events. */
const PAGE_BYTES = 8_000_000
const PAGE_MIN = 50
const PAGE_MAX = 5_000
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
    kinds(tenantId, range) {
      const params = new Params()
      return select<KindsOfDay>(
        `SELECT dataset, action, toString(day) AS day, toFloat64(count()) AS count
          FROM (
            SELECT event_dataset AS dataset, event_action AS action, toDate32(time) AS day
            FROM ${events} FINAL WHERE ${whereOf(tenantId, range, params)}
          )
          GROUP BY dataset, action, day ORDER BY day, dataset, action`,
        params,
        MAX_SECONDS,
      )
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

    async *candidates(tenantId, { range, kinds, searched, texts, originals }) {
      let last: EventKey | undefined
      for (let size = 200; ;) {
        const params = new Params()
        params.readsDocuments = true
        const wanted = [
          isOneOf(kinds, params),
          ...(texts.length > 0 ? [`(${isOneOf(searched, params)} AND ${holdsAny(texts, params)})`] : []),
        ]
        const where = [
          whereOf(tenantId, range, params),
          // Said once more by itself: the columns rule out most events before a document is read.
          isOneOf([...kinds, ...searched], params),
          `(${wanted.join(' OR ')})`,
          ...(last ? [isBehind(last, ORDERS.asc, params)] : []),
        ]
        const rows = await select<EventKey & ExportedEvent>(
          `SELECT ${KEY}, event AS document${originals ? ', original' : ''} FROM ${events}
            WHERE ${where.join(' AND ')} ORDER BY ${ORDERS.asc.by}, arrived DESC LIMIT ${params.integer(size)}`,
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

function isOneOf(kinds: readonly EventKind[], params: Params): string {
  const byDataset = Map.groupBy(kinds, ({ dataset }) => dataset)
  const conditions = [...byDataset].map(([dataset, own]) => {
    const actions = params.texts(own.map(({ action }) => action))
    return `(event_action IN ${actions} AND event_dataset = ${params.text(dataset)})`
  })
  return conditions.length === 0 ? '0' : `(${conditions.join(' OR ')})`
}

/** Letters beyond ASCII that are ASCII in lower case: where one is, a text may be there that is not found. */
const ODD = ['\u212A', '\u0130']

/** As expressions, since many of them cost the engine little more than one: a fifth of what as many plain texts cost. */
function holdsAny(texts: readonly string[], params: Params): string {
  const expressions = texts.map((text) => `(?i)${text.replaceAll(/[^\w ]/g, String.raw`\$&`)}`)
  return `multiMatchAny(event, ${params.texts([...ODD, ...expressions])})`
}
