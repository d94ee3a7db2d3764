import { setTimeout as pause } from 'node:timers/promises'

import type { KnownUntil } from '#detect/correlate/absence.ts'
import type { Forgotten } from '#detect/correlate/correlator.ts'
import { type Correlations, createCorrelations, KEPT_FOR_LATE_MS, reachOf } from '#detect/correlations.ts'
import { judgedSince } from '#detect/judgments.ts'
import type { ReadKnown } from '#detect/sql/known.ts'
import type { Past, ReadPast } from '#detect/sql/past.ts'
import type { Detection } from '#domain/alert.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { type AppError, toAppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { HitCursor, RecordStore } from '#store/record-store.ts'

import type { Bus } from '#app/bus.ts'
import { createHolding, isLeaseLost } from '#app/holding.ts'
import { createLateHits, type Span } from './late-hits.ts'
import { createPastHits } from './past-hits.ts'
import type { RuleBook } from './rule-book.ts'
import type { TenantRules } from './tenant-rules.ts'

/** How often hits are looked for where nothing tells of them: another process may write them. */
const LOOK_MS = 1_000
const PAGE = 5_000
const PRUNE_EVERY_MS = 600_000
/** How often it is asked how far what happened is known. */
const KNOW_EVERY_MS = 600_000
/** While a correlation learns, the past may still be collected: it is read again so often. */
const LEARN_AGAIN_MS = 3_600_000
/** Hits of a tenant beyond which the oldest go. */
const HITS_MAX = 1_000_000

/**
 * Correlations of all tenants. Whatever process detects writes down what rules under correlations matched; one of them, who
 * holds the tenant's lease, correlates it. What it has in memory is nothing but a way to be quick: it begins by reading all
 * that is remembered, so that a crash, a change of rules or another holder lose nothing, and since an event is evidence of a
 * rule once, they repeat nothing either.
 */
export interface Correlating {
  start(): Promise<void>
  /** There are new hits. */
  wake(tenantId: TenantId): void
  /** What correlations of a tenant let go of, by id, since this process correlates it with the rules of today. */
  forgotten(tenantId: TenantId): ReadonlyMap<string, Forgotten>
  /** Correlations of a tenant that only learn so far, by id, each with when it begins to raise alerts; Infinity: unknown. */
  learning(tenantId: TenantId): ReadonlyMap<string, number>
  close(): Promise<void>
}

export function createCorrelating(parts: {
  book: RuleBook
  records: Pick<RecordStore, 'alerts' | 'correlationHits' | 'leases' | 'tenants'>
  readPast: ReadPast
  readKnown: ReadKnown
  bus: Bus
  clock: Clock
  log: (error: AppError) => void
}): Correlating {
  const { book, records, readPast, readKnown, bus, clock, log } = parts
  const holding = createHolding(records.leases)
  const stopping = new AbortController()
  const loops = new Map<TenantId, { wake: () => void; ended: Promise<void> }>()
  const atWork = new Map<TenantId, Correlations & Pick<Past, 'judgedFrom'>>()

  async function raise(tenantId: TenantId, detections: readonly Detection[]): Promise<void> {
    for (let start = 0; start < detections.length; start += PAGE) {
      const some = detections.slice(start, start + PAGE)
      const changed = await records.alerts.record(tenantId, some, isoTime(clock.now()))
      for (const alert of changed) bus.publish(tenantId, { kind: 'alert', alert })
    }
  }

  /** What is not new. Where it cannot be read, nothing is called new. */
  async function past(
    tenantId: TenantId,
    { runnable: { rules }, correlations }: TenantRules,
    span: Partial<Span>,
    signal: AbortSignal,
  ): Promise<Past> {
    try {
      return await readPast({ tenantId, rules, correlations, span, signal })
    } catch (error) {
      signal.throwIfAborted()
      log(toAppError(error, 'Could not read what was seen before. Rules with `first-seen` are quiet until it is read.'))
      return { hits: [], judgedFrom: judgedSince(correlations, Infinity) }
    }
  }

  /**
   * Until when what happened is known, asked now and before hits are read: an event is stored after its hit is written. Where that cannot
   * be read, nothing is said to be missing.
   */
  async function known(
    tenantId: TenantId,
    { runnable, correlations }: TenantRules,
    { until = Infinity }: Partial<Span> = {},
  ): Promise<KnownUntil> {
    const rules = { rules: runnable.rules, correlations }
    try {
      return await readKnown({ tenantId, rules, at: Math.min(clock.now(), until) })
    } catch (error) {
      log(toAppError(error, 'Could not read how far events go. Rules with `absence` are quiet until it is read.'))
      return new Map()
    }
  }

  /** Correlates what is remembered of a span, in the order of time. */
  async function replay(tenantId: TenantId, rules: TenantRules, span: Partial<Span>, signal: AbortSignal) {
    // First: an event is stored after its hit is written.
    const { hits: before, judgedFrom } = await past(tenantId, rules, span, signal)
    const knownUntil = await known(tenantId, rules, span)
    const running = createCorrelations(rules.correlations, { judgedFrom })
    const behind = createPastHits({ hits: before }, running)
    const { from, until } = span
    const told = {
      ...(from !== undefined && { from: isoTime(from) }),
      ...(until !== undefined && { until: isoTime(until) }),
    }
    for await (const hits of records.correlationHits.byTime(tenantId, told)) {
      const detections = hits.flatMap((hit) => {
        behind.rememberBefore(hit)
        return running.push(hit)
      })
      await raise(tenantId, detections)
      signal.throwIfAborted()
    }
    behind.rememberRest()
    await raise(tenantId, running.pass(knownUntil))
    return { ...running, judgedFrom }
  }

  async function takeArrivals(tenantId: TenantId, rules: TenantRules, running: Correlations, after: HitCursor) {
    const { hits, next, isLast } = await records.correlationHits.arrivals(tenantId, after)
    const reach = reachOf(rules.correlations)
    const late: Span[] = []
    const detections: Detection[] = []
    // In the order of time: one that comes before others has those judged again.
    for (const hit of hits.toSorted((a, b) => (a.time < b.time ? -1 : 1))) {
      if (running.isLate(hit)) late.push(around(Date.parse(hit.time), reach))
      detections.push(...running.push(hit))
    }
    await raise(tenantId, detections)
    return { late, next, isLast }
  }

  /** Tells correlations now and then how far what happened is known, once they have all hits of that time. */
  function createPassing(tenantId: TenantId, rules: TenantRules, running: Correlations) {
    const isAsked = rules.correlations.some(({ type }) => type === 'absence')
    let askedAt = clock.now()
    let until: KnownUntil | undefined
    return {
      async know() {
        if (!isAsked || clock.now() - askedAt < KNOW_EVERY_MS) return
        askedAt = clock.now()
        until = await known(tenantId, rules)
      },
      async pass() {
        if (until) await raise(tenantId, running.pass(until))
        until = undefined
      },
    }
  }

  /** Correlates a tenant's hits as long as its rules stay as they are. */
  async function correlate(tenantId: TenantId, signal: AbortSignal): Promise<void> {
    const rules = book.of(tenantId)
    let cursor = await records.correlationHits.edge(tenantId)
    const running = await replay(tenantId, rules, {}, signal)
    atWork.set(tenantId, running)
    let prunedAt = -Infinity
    const passing = createPassing(tenantId, rules, running)
    const late = createLateHits(async (span, closing) => {
      await replay(tenantId, rules, span, AbortSignal.any([signal, closing]))
    })
    const isLearning = [...running.judgedFrom.values()].some((moment) => moment > clock.now())
    const again = isLearning ? clock.now() + LEARN_AGAIN_MS : Infinity
    try {
      while (book.of(tenantId) === rules && clock.now() < again) {
        signal.throwIfAborted()
        await passing.know()
        const arrived = await takeArrivals(tenantId, rules, running, cursor)
        cursor = arrived.next
        if (arrived.isLast) await passing.pass()
        late.add(arrived.late)
        late.proceed()
        if (clock.now() - prunedAt >= PRUNE_EVERY_MS) {
          prunedAt = clock.now()
          const before = isoTime(prunedAt - reachOf(rules.correlations) - KEPT_FOR_LATE_MS)
          await records.correlationHits.prune(tenantId, before, HITS_MAX)
        }
        if (arrived.isLast) await rest(tenantId, signal)
      }
    } finally {
      await late.close()
    }
  }

  async function rest(tenantId: TenantId, signal: AbortSignal): Promise<void> {
    const woken = new AbortController()
    const loop = loops.get(tenantId)
    if (loop) loop.wake = () => woken.abort()
    await pause(LOOK_MS, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => {})
    signal.throwIfAborted()
  }

  async function run(tenantId: TenantId): Promise<void> {
    const { signal } = stopping
    const key = { tenantId, connectionId: 'correlations', feed: 'correlations' }
    while (!signal.aborted) {
      try {
        if (book.of(tenantId).correlations.length > 0) {
          await holding
            .hold(key, signal, async (_lease, held) => {
              while (book.of(tenantId).correlations.length > 0) await correlate(tenantId, held)
              return { dueInMs: 0, failures: 0 }
            })
            .finally(() => atWork.delete(tenantId))
        }
      } catch (error) {
        if (!signal.aborted && !isLeaseLost(error)) log(toAppError(error, 'Could not correlate.'))
      }
      await rest(tenantId, signal).catch(() => {})
    }
  }

  async function look(): Promise<void> {
    for (const { id } of await records.tenants.list()) {
      if (loops.has(id) || stopping.signal.aborted || book.of(id).correlations.length === 0) continue
      const loop = { wake: () => {}, ended: Promise.resolve() }
      loops.set(id, loop)
      loop.ended = run(id)
    }
  }

  const lookAgain = () => {
    if (isStarted) look().catch((error: unknown) => log(toAppError(error, 'Could not look up tenants.')))
  }
  let isStarted = false
  // Tenants come without telling.
  const looking = setInterval(lookAgain, 10 * LOOK_MS)
  looking.unref()
  book.onChange(() => {
    for (const { wake } of loops.values()) wake()
    lookAgain()
  })

  return {
    async start() {
      isStarted = true
      await look()
    },
    wake(tenantId) {
      const loop = loops.get(tenantId)
      if (loop) loop.wake()
      else lookAgain()
    },
    forgotten: (tenantId) => atWork.get(tenantId)?.losses.forgotten ?? new Map(),
    learning(tenantId) {
      const all = [...(atWork.get(tenantId)?.judgedFrom ?? [])]
      return new Map(all.filter(([, moment]) => moment > clock.now()))
    },
    async close() {
      clearInterval(looking)
      stopping.abort(new Error('Cordon is stopping.'))
      await Promise.all([...loops.values()].map(({ ended }) => ended))
      holding.close()
    },
  }
}

function around(moment: number, reach: number): Span {
  return { from: moment - reach, until: moment + reach }
}
