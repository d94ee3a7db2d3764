import { randomUUID } from 'node:crypto'

import { type Clock, isoTime } from '#domain/clock.ts'
import type { EcsEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Reconciled, RuleTuning, RuleVersion } from '#domain/rule.ts'
import type { User } from '#domain/user.ts'
import type { Forgotten } from '#detect/correlate/correlator.ts'
import type { RuleProblem } from '#detect/sigma/problem.ts'
import type { BackTested, RunBackTest } from '#detect/sql/back-test.ts'
import { meaningOf } from '#detect/words.ts'
import type { EventStore } from '#store/event-store.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from '#app/audit.ts'
import type { Download } from '#app/evidence.ts'
import { exportRules } from './export.ts'
import { findRule, invalidRules, mustHold, notFound, wrongState } from './faults.ts'
import { type ImportedRules, type RuleText, prepareImport } from './import.ts'
import type { Correlating } from './correlating.ts'
import type { Reconciling } from './reconciling.ts'
import type { RuleBook } from './rule-book.ts'
import { documentsIn, type RuleSummary, summarize } from './summary.ts'
import { tuningFile } from './tenant-rules.ts'
import { filterYaml, type TuningCondition } from './tuning.ts'

/** Days of which the noise of a rule is shown. */
const NOISE_DAYS = 14
const DAY_MS = 86_400_000
const SAMPLES = 10

export interface RuleDetail {
  rule: RuleSummary
  description: string
  references: string[]
  falsePositives: string[]
  /** The file that it is in. */
  yaml: string
  line: number
  shipped?: string
  problems: RuleProblem[]
  versions: RuleVersion[]
  tunings: (RuleTuning & { isExpired: boolean })[]
  over: { id: string; title: string }[]
  /** What our own keys ask, in sentences. */
  meaning?: string
  /** Until when it only learns what is usual; absent when it does not, empty where that is not known yet. */
  learningUntil?: string
  /** Of a correlation that had to let go of something: what, since the rules changed. */
  forgotten?: Forgotten
  /** Of a correlation: how far it has been held against history, and what came of it. */
  reconciliation?: ReturnType<typeof reconciliationOf>
}

/** @throws AppError RULE_NOT_FOUND wherever a rule is named. */
export interface Rules {
  list(tenantId: TenantId): Promise<{ rules: RuleSummary[]; problems: RuleProblem[] }>
  read(tenantId: TenantId, id: string): Promise<RuleDetail>
  switch(by: User, tenantId: TenantId, ids: readonly string[], isEnabled: boolean): Promise<void>
  /** Imports what loads; a file that a rule of which is known under another path goes there. */
  import(by: User, tenantId: TenantId, files: readonly RuleText[]): Promise<ImportedRules>
  /** What is wrong with a text; nothing is kept. */
  check(text: string): RuleProblem[]
  /** @throws AppError RULE_FILE_INVALID for a text with an error, or without the rule; RULE_STATE_WRONG for no such version. */
  change(
    by: User,
    tenantId: TenantId,
    id: string,
    change: { text: string; note?: string | undefined } | { version: number },
  ): Promise<RuleDetail>
  /** @throws AppError RULE_STATE_WRONG for one that is not imported. */
  remove(by: User, tenantId: TenantId, id: string): Promise<void>
  /** @throws AppError RULE_FILE_INVALID for what Sigma does not take. */
  tune(
    by: User,
    tenantId: TenantId,
    id: string,
    tuning: { conditions: readonly TuningCondition[]; reason: string; expiresAt?: string | undefined },
  ): Promise<RuleDetail>
  untune(by: User, tenantId: TenantId, id: string, tuningId: string): Promise<void>
  /** Over the days before now. @throws AppError RULE_STATE_WRONG for a rule that cannot run. */
  backTest(
    tenantId: TenantId,
    id: string,
    days: number,
    signal: AbortSignal,
  ): Promise<Omit<BackTested, 'samples'> & { from: string; to: string; samples: EcsEvent[]; tookMs: number }>
  export(tenantId: TenantId): Download
}

export function createRules(parts: {
  book: RuleBook
  correlating: Pick<Correlating, 'forgotten' | 'learning'>
  reconciling: Pick<Reconciling, 'states'>
  records: Pick<RecordStore, 'alerts' | 'rules'>
  events: Pick<EventStore, 'readMany'>
  runBackTest: RunBackTest
  audit: Audit
  clock: Clock
}): Rules {
  const { book, correlating, reconciling, records, events, runBackTest, audit, clock } = parts

  async function summaries(tenantId: TenantId): Promise<RuleSummary[]> {
    const today = Math.floor(clock.now() / DAY_MS)
    const days = Array.from({ length: NOISE_DAYS }, (_, ago) =>
      isoTime((today - ago) * DAY_MS).slice(0, 10),
    ).toReversed()
    const noise = await records.alerts.noise(tenantId, `${days[0]!}T00:00:00.000Z`)
    return summarize(book.of(tenantId), noise, days)
  }

  async function read(tenantId: TenantId, id: string): Promise<RuleDetail> {
    const rules = book.of(tenantId)
    const document = findRule(rules, id)
    const rule = (await summaries(tenantId)).find((each) => each.id === id)!
    const { text, shipped } = rules.files.get(document.file)!
    const all = documentsIn(rules.set)
    const tunings = (await records.rules.tunings(tenantId)).filter(({ ruleId }) => ruleId === id)
    const forgotten = correlating.forgotten(tenantId).get(id)
    const reconciled = (await reconciling.states(tenantId)).get(id)
    const learningUntil = correlating.learning(tenantId).get(id)
    const meaning = document.judgment && meaningOf(document.judgment)
    const own = new Set([document.file, ...tunings.map((tuning) => tuningFile(tuning.id))])
    return {
      rule,
      description: document.description,
      references: document.references,
      falsePositives: document.falsePositives,
      yaml: text,
      line: document.line,
      ...(shipped !== undefined && { shipped }),
      problems: rules.runnable.problems.filter(({ file }) => own.has(file)),
      versions: await records.rules.versions(tenantId, document.file),
      tunings: tunings.map((tuning) => ({
        ...tuning,
        isExpired: !rules.tunings.some((each) => each.id === tuning.id),
      })),
      over: (document.kind === 'correlation' ? document.rules : []).flatMap((each) => {
        const other = all.find(({ id: known }) => known === each)
        return other ? [{ id: each, title: other.title }] : []
      }),
      ...(meaning !== undefined && { meaning }),
      ...(learningUntil !== undefined && {
        learningUntil: Number.isFinite(learningUntil) ? isoTime(learningUntil) : '',
      }),
      ...(forgotten && { forgotten }),
      ...(reconciled && rules.enabled.has(id) && { reconciliation: reconciliationOf(reconciled) }),
    }
  }

  async function write(
    by: User,
    tenantId: TenantId,
    files: readonly RuleText[],
    change: RuleVersion['change'],
    note?: string,
  ): Promise<string[]> {
    const about = { change, createdBy: by.name, createdAt: isoTime(clock.now()), ...(note !== undefined && { note }) }
    const changed = files.length > 0 ? await records.rules.write(tenantId, files, about) : []
    await book.refresh()
    return changed
  }

  /** Undefined: as it came with Cordon. */
  async function textOfVersion(tenantId: TenantId, path: string, version: number): Promise<string | undefined> {
    const shipped = book.of(tenantId).files.get(path)?.shipped
    if (version === 0 && shipped !== undefined) return undefined
    const found = (await records.rules.versions(tenantId, path)).find((each) => each.version === version)
    if (found) return found.text
    throw wrongState(
      'The rule did not go back.',
      `${path} has no version ${version}.`,
      'Choose one of those that the rule’s page shows.',
    )
  }

  return {
    list: async (tenantId) => ({ rules: await summaries(tenantId), problems: book.of(tenantId).runnable.problems }),
    read,

    async switch(by, tenantId, ids, isEnabled) {
      for (const id of ids) findRule(book.of(tenantId), id)
      await records.rules.switch(tenantId, ids, isEnabled)
      await audit(by.name, isEnabled ? 'rule.enable' : 'rule.disable', { ids: [...ids] }, tenantId)
      await book.refresh()
    },

    async import(by, tenantId, files) {
      const before = new Set(book.of(tenantId).files.keys())
      const prepared = await prepareImport(files, book.of(tenantId), book.parse)
      const written = new Set(await write(by, tenantId, prepared.files, 'import'))
      const paths = prepared.files.map(({ path }) => path)
      const added = paths.filter((path) => written.has(path) && !before.has(path))
      const changed = paths.filter((path) => written.has(path) && before.has(path))
      if (written.size > 0) await audit(by.name, 'rule.import', { added, changed }, tenantId)
      const { set } = book.of(tenantId)
      const own = new Set(paths)
      return {
        added,
        changed,
        unchanged: paths.filter((path) => !written.has(path)),
        refused: prepared.refused,
        rules: documentsIn(set)
          .filter(({ file }) => own.has(file))
          .map(({ id, title, author, file }) => ({ id, title, path: file, ...(author !== undefined && { author }) })),
        problems: [...prepared.problems, ...set.problems.filter(({ file }) => own.has(file))],
      }
    },

    check: (text) => book.parse(text, 'text').problems,

    async change(by, tenantId, id, change) {
      const { file } = findRule(book.of(tenantId), id)
      const { text, note } = 'text' in change ? change : { text: undefined, note: `Version ${change.version}.` }
      const wanted = 'version' in change ? await textOfVersion(tenantId, file, change.version) : text
      if (wanted === undefined) {
        await records.rules.removeFile(tenantId, file)
        await book.refresh()
      } else {
        mustHold(book.parse(wanted, file), id)
        await write(by, tenantId, [{ path: file, text: wanted }], 'version' in change ? 'go-back' : 'edit', note)
      }
      const detail = 'version' in change ? { id, path: file, version: change.version } : { id, path: file }
      await audit(by.name, 'version' in change ? 'rule.go-back' : 'rule.edit', detail, tenantId)
      return read(tenantId, id)
    },

    async remove(by, tenantId, id) {
      const rules = book.of(tenantId)
      const { file } = findRule(rules, id)
      if (rules.files.get(file)?.origin !== 'imported') {
        throw wrongState(
          'The rule was not removed.',
          `${file} was not imported: it comes with Cordon, or lies in the folder rules of the data folder.`,
          'Switch the rule off.',
        )
      }
      await records.rules.removeFile(tenantId, file)
      await audit(by.name, 'rule.remove', { path: file }, tenantId)
      await book.refresh()
    },

    async tune(by, tenantId, id, { conditions, reason, expiresAt }) {
      const rules = book.of(tenantId)
      const yaml = filterYaml(findRule(rules, id), rules.set, { conditions, reason })
      const { problems } = book.parse(yaml, 'tuning')
      if (problems.some(({ severity }) => severity === 'error')) throw invalidRules('The rule was not tuned.', problems)
      const createdAt = isoTime(clock.now())
      const tuning = { tenantId, id: randomUUID(), ruleId: id, yaml, reason, createdBy: by.name, createdAt }
      await records.rules.addTuning({ ...tuning, ...(expiresAt !== undefined && { expiresAt }) })
      await audit(by.name, 'rule.tune', { id, tuning: tuning.id, reason }, tenantId)
      await book.refresh()
      return read(tenantId, id)
    },

    async untune(by, tenantId, id, tuningId) {
      findRule(book.of(tenantId), id)
      const tunings = await records.rules.tunings(tenantId)
      if (!tunings.some((each) => each.id === tuningId && each.ruleId === id)) throw notFound(tuningId, 'tuning')
      await records.rules.removeTuning(tenantId, tuningId)
      await audit(by.name, 'rule.untune', { id, tuning: tuningId }, tenantId)
      await book.refresh()
    },

    async backTest(tenantId, id, days, signal) {
      const rules = book.of(tenantId)
      findRule(rules, id)
      if (!documentsIn(rules.runnable).some((each) => each.id === id)) {
        throw wrongState(
          'The rule was not tried.',
          rules.runnable.problems.find(({ file }) => file === findRule(rules, id).file)?.found ?? 'It cannot run.',
          'See the problems on the rule’s page.',
        )
      }
      const now = clock.now()
      const range = { from: isoTime(now - days * DAY_MS), to: isoTime(now) }
      const request = { tenantId, rules: rules.runnable, rule: id, samples: SAMPLES, signal, ...range }
      const { total, perDay, samples } = await runBackTest(request)
      const found = await events.readMany(tenantId, samples)
      const newest = found.toSorted((a, b) => (a['@timestamp'] < b['@timestamp'] ? 1 : -1))
      return { ...range, total, perDay, samples: newest, tookMs: clock.now() - now }
    },

    export: (tenantId) => exportRules(book.of(tenantId)),
  }
}

function reconciliationOf({ tenantId: _tenantId, ruleId: _ruleId, waiting, ...shown }: Reconciled) {
  return { ...shown, isWaiting: waiting.length > 0 }
}
