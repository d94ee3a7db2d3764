import type { Clock } from '#domain/clock.ts'
import type { RuleSet } from '#detect/rule-set.ts'
import { withThoseUnder } from '#detect/under.ts'
import { type AppError, toAppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Reconciled } from '#domain/rule.ts'
import { openScratchEngine } from '#store/engines/clickhouse-embedded/scratch-engine.ts'
import type { EventStore } from '#store/event-store.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Bus } from '#app/bus.ts'
import { createHolding, isLeaseLost } from '#app/holding.ts'
import { reconcile } from './reconcile.ts'
import type { RuleBook } from './rule-book.ts'

/** How often tenants are looked for whose pass is due. */
const LOOK_MS = 600_000
const PASS_EVERY_MS = 3_600_000
/** A pass takes a tenth of the time at most. */
const PATIENCE = 9
const SETTLE_MS = 60_000

/**
 * Correlations held against history. The stream correlates what it remembers: its memory has bounds, and rules change. Every hour
 * one process, who holds the tenant's lease, asks the event store itself: what has come since the hour before, and what do the
 * rules of today say of it?
 */
export interface Reconciling {
  start(): void
  /** A pass over a tenant, now; false where another process is at it. What fails of one rule is kept for {@link states}. */
  pass(tenantId: TenantId, signal: AbortSignal): Promise<boolean>
  /** How far each correlation that is switched on has come, by rule. */
  states(tenantId: TenantId): Promise<ReadonlyMap<string, Reconciled>>
  close(): Promise<void>
}

export function createReconciling(parts: {
  book: Pick<RuleBook, 'of'>
  events: Pick<EventStore, 'arrivedTimes' | 'hunt' | 'readMany'>
  records: Pick<RecordStore, 'alerts' | 'leases' | 'reconciliations' | 'retention' | 'tenants'>
  bus: Bus
  clock: Clock
  log: (error: AppError) => void
  settleMs?: number
  /** An engine for a pass alone; one that is started for it when absent. */
  openEngine?: typeof openScratchEngine
}): Reconciling {
  const { book, records, log, settleMs = SETTLE_MS, openEngine = openScratchEngine } = parts
  const holding = createHolding(records.leases)
  const stopping = new AbortController()
  let looking: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  async function reconcileAll(tenantId: TenantId, signal: AbortSignal): Promise<void> {
    const rules = book.of(tenantId)
    const correlations = rules.correlations.filter(({ id, alerts }) => alerts && !asksWhatIsNew(rules.runnable, id))
    await records.reconciliations.keep(
      tenantId,
      correlations.map(({ id }) => id),
    )
    const past = await states(tenantId)
    const engine = openOnce(openEngine)
    const isCurrent = () => book.of(tenantId) === rules
    try {
      for (const correlation of correlations) {
        if (!isCurrent()) return
        const before = past.get(correlation.id)
        const task = {
          tenantId,
          correlation,
          rules: rules.runnable,
          before,
          openEngine: engine.open,
          isCurrent,
          signal,
        }
        await reconcile({ ...parts, settleMs }, task).catch(async (error: unknown) => {
          signal.throwIfAborted()
          await tellFault(tenantId, correlation.id, toAppError(error, 'Could not hold a correlation against history.'))
        })
      }
    } finally {
      await engine.close()
    }
  }

  async function tellFault(tenantId: TenantId, ruleId: string, error: AppError): Promise<void> {
    log(error)
    const { code, what, why, fix } = error
    const state = (await states(tenantId)).get(ruleId)
    if (state) await records.reconciliations.write({ ...state, fault: { code, what, why, fix } })
  }

  /** @param next when the pass after may begin, by how long this one took. */
  async function pass(tenantId: TenantId, signal: AbortSignal, next: (tookMs: number) => number): Promise<boolean> {
    const key = { tenantId, connectionId: 'correlations', feed: 'reconciliation' }
    const done = await holding.hold(key, AbortSignal.any([signal, stopping.signal]), async (_lease, held) => {
      const begun = performance.now()
      await reconcileAll(tenantId, held)
      return { dueInMs: next(performance.now() - begun), failures: 0 }
    })
    return !('againInMs' in done)
  }

  async function look(): Promise<void> {
    for (const { id } of await records.tenants.list()) {
      try {
        await pass(id, stopping.signal, (tookMs) => Math.max(PASS_EVERY_MS, PATIENCE * tookMs))
      } catch (error) {
        if (stopping.signal.aborted) return
        if (!isLeaseLost(error)) log(toAppError(error, 'Could not hold correlations against history.'))
      }
    }
  }

  async function states(tenantId: TenantId): Promise<ReadonlyMap<string, Reconciled>> {
    return new Map((await records.reconciliations.list(tenantId)).map((each) => [each.ruleId, each]))
  }

  return {
    start() {
      timer = setInterval(() => {
        looking ??= look()
          .catch((error: unknown) => {
            if (!stopping.signal.aborted) log(toAppError(error, 'Could not look up tenants.'))
          })
          .finally(() => (looking = undefined))
      }, LOOK_MS)
      timer.unref()
    },
    pass: (tenantId, signal) => pass(tenantId, signal, () => 0),
    states,
    async close() {
      clearInterval(timer)
      stopping.abort(new Error('Cordon is stopping.'))
      await looking
      holding.close()
    },
  }
}

/** What is new is read from history to begin with (sql/past.ts), much further back than a pass looks. */
function asksWhatIsNew(rules: Pick<RuleSet, 'rules' | 'correlations'>, id: string): boolean {
  return withThoseUnder(rules, id).correlations.some(({ learningS }) => learningS !== undefined)
}

/** An engine that is started when it is first asked for. */
function openOnce(openEngine: typeof openScratchEngine) {
  let scratch: ReturnType<typeof openScratchEngine> | undefined
  return {
    open: async () => (await (scratch ??= openEngine())).clickhouse,
    close: async () => {
      const opened = await scratch?.catch(() => undefined)
      await opened?.close()
    },
  }
}
