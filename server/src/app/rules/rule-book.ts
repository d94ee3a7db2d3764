import { setImmediate as breathe } from 'node:timers/promises'

import type { RuleProblem } from '#detect/sigma/problem.ts'
import type { Clock } from '#domain/clock.ts'
import { type AppError, toAppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { RecordStore } from '#store/record-store.ts'

import { type BaseFile, rememberingParser, type TenantRules, tenantRules } from './tenant-rules.ts'

/** How soon a change made in another process is noticed. */
const LOOK_MS = 2_000

/** The rules of every tenant as they are now, whichever process changed them. */
export interface RuleBook {
  /** Another object after each change. */
  of(tenantId: TenantId): TenantRules
  /** What is wrong with the rules that every tenant has. */
  problems: readonly RuleProblem[]
  /** Sigma's parser; remembers what it parsed. */
  parse: ReturnType<typeof rememberingParser>
  /** Reads what has changed. */
  refresh(): Promise<void>
  /** Calls `listener` when rules changed, until the book is closed. */
  onChange(listener: () => void): void
  close(): void
}

/** Opens the book with all changes read: nothing is detected by rules that were switched off before. */
export async function openRuleBook(parts: {
  base: readonly BaseFile[]
  records: Pick<RecordStore, 'rules' | 'valueLists'>
  clock: Clock
  log: (error: AppError) => void
}): Promise<RuleBook> {
  const { base, records, clock, log } = parts
  const parse = rememberingParser()
  const unchanged = tenantRules(base, { files: [], switches: new Map(), tunings: [], lists: [] }, clock.now(), parse)
  const pages = new Map<TenantId, { revision: number; rules: TenantRules }>()
  const listeners: (() => void)[] = []

  async function read(): Promise<void> {
    let hasChanged = false
    for (const [tenantId, revision] of await records.rules.revisions()) {
      const page = pages.get(tenantId)
      if (page?.revision === revision && clock.now() < page.rules.expiresAt) continue
      const [files, switches, tunings, lists] = await Promise.all([
        records.rules.files(tenantId),
        records.rules.switches(tenantId),
        records.rules.tunings(tenantId),
        records.valueLists.list(tenantId),
      ])
      for (const { path, text } of files) {
        // Thousands of new ones take seconds; others wait for their requests meanwhile.
        await breathe()
        parse(text, path)
      }
      pages.set(tenantId, {
        revision,
        rules: tenantRules(base, { files, switches, tunings, lists }, clock.now(), parse),
      })
      hasChanged = true
    }
    if (hasChanged) for (const listener of listeners) listener()
  }

  let reading = read()
  await reading
  const refresh = () => {
    // After the one under way, which may have asked before the change was made.
    reading = reading.catch(() => undefined).then(read)
    return reading
  }
  const looking = setInterval(() => {
    refresh().catch((error: unknown) => log(toAppError(error, 'Could not look for changes of rules.')))
  }, LOOK_MS)
  looking.unref()

  return {
    parse,
    problems: unchanged.runnable.problems,
    of: (tenantId) => pages.get(tenantId)?.rules ?? unchanged,
    refresh,
    onChange: (listener) => void listeners.push(listener),
    close: () => clearInterval(looking),
  }
}
