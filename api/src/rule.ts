import { z } from 'zod'

import { SeverityName } from './alert.ts'
import { EcsDocument } from './event.ts'

/** Something wrong in a file of rules: where, what was found, what is allowed. */
export const RuleProblem = z
  .object({
    file: z.string(),
    line: z.int().describe('From 1; 0 when the whole file is meant.'),
    column: z.int(),
    severity: z.enum(['error', 'warning']).describe('What an error is in does not load.'),
    found: z.string(),
    allowed: z.string(),
  })
  .meta({ id: 'RuleProblem' })
export type RuleProblem = z.infer<typeof RuleProblem>

const Noise = z.object({
  days: z.array(z.int()).describe('Alerts opened on each of the last 14 days in UTC, today last.'),
  closedAsFalse: z.int().describe('Of those, closed as false or harmless.'),
  closedAsTrue: z.int(),
})

export const Rule = z
  .object({
    id: z.string(),
    title: z.string(),
    kind: z.enum(['rule', 'correlation']),
    level: SeverityName,
    status: z.string().optional().describe('As its author says: stable, test, experimental, …'),
    author: z.string().optional(),
    license: z.string().optional(),
    logsource: z.string().describe('`m365 · audit`; of a correlation its type.'),
    attack: z.array(z.string()).describe('Tactics and techniques, without `attack.`.'),
    path: z.string().describe('The file that it is in.'),
    origin: z.enum(['pack', 'folder', 'imported']).describe('Cordon’s own, of the data folder, or imported.'),
    isChanged: z.boolean().describe('The tenant has a version of its own of a file that came with Cordon.'),
    isEnabled: z.boolean(),
    isPart: z.boolean().describe('It only serves a correlation, and raises no alert.'),
    tunings: z.int(),
    neverFires: z.string().optional().describe('Why it can match nothing here.'),
    noise: Noise,
  })
  .meta({ id: 'Rule' })
export type Rule = z.infer<typeof Rule>

/** GET /api/tenants/{tenantId}/rules: by title; `problems` of all the tenant's files together. */
export const RuleList = z.object({ rules: z.array(Rule), problems: z.array(RuleProblem) }).meta({ id: 'RuleList' })
export type RuleList = z.infer<typeof RuleList>

export const RuleTuning = z
  .object({
    id: z.string(),
    yaml: z.string().describe('A Sigma filter.'),
    reason: z.string(),
    expiresAt: z.string().optional(),
    isExpired: z.boolean(),
    createdBy: z.string(),
    createdAt: z.string(),
  })
  .meta({ id: 'RuleTuning' })
export type RuleTuning = z.infer<typeof RuleTuning>

export const RuleVersion = z
  .object({
    version: z.int(),
    text: z.string(),
    change: z.enum(['import', 'edit', 'go-back']),
    note: z.string().optional(),
    createdBy: z.string(),
    createdAt: z.string(),
  })
  .meta({ id: 'RuleVersion' })
export type RuleVersion = z.infer<typeof RuleVersion>

/** Events of a rule’s alerts, and in how many alerts they are. */
const HistoryCount = z.object({ events: z.int(), alerts: z.int() })

/** GET /api/tenants/{tenantId}/rules/{id}. */
export const RuleDetail = z
  .object({
    rule: Rule,
    description: z.string(),
    references: z.array(z.string()),
    falsePositives: z.array(z.string()),
    yaml: z.string().describe('The whole file; it may hold other rules as well.'),
    line: z.int().describe('Where in it the rule begins.'),
    shipped: z.string().optional().describe('The file as it came with Cordon, where the tenant changed it.'),
    problems: z.array(RuleProblem),
    versions: z.array(RuleVersion).describe('Of the file, newest first; none where it is as it came with Cordon.'),
    tunings: z.array(RuleTuning),
    over: z.array(z.object({ id: z.string(), title: z.string() })).describe('Rules that a correlation is over.'),
    meaning: z.string().optional().describe('What `cordon.first-seen` or `cordon.speed` asks, in sentences.'),
    learningUntil: z
      .string()
      .optional()
      .describe('Until when it only learns what is usual and raises nothing; empty while that is not known.'),
    forgotten: z
      .object({ groups: z.int(), entries: z.int().describe('Events of groups.') })
      .optional()
      .describe('What a correlation let go of before its time, since the rules changed: there was too much at once.'),
    reconciliation: z
      .object({
        until: z.string().describe('What had come by then was held against history.'),
        isWaiting: z.boolean().describe('But for a part, which the next pass takes up.'),
        passedAt: z.string().optional().describe('When the last pass ended.'),
        added: HistoryCount.describe('What history found and the stream had not.'),
        unconfirmed: HistoryCount.describe('What the stream had found and history did not confirm.'),
        fault: z
          .object({ code: z.string(), what: z.string(), why: z.string(), fix: z.string() })
          .optional()
          .describe('What the last pass could not do.'),
      })
      .optional()
      .describe('Of a correlation that is on: how far it has been held against history.'),
  })
  .meta({ id: 'RuleDetail' })
export type RuleDetail = z.infer<typeof RuleDetail>

/** PATCH /api/tenants/{tenantId}/rules: switches rules on or off. */
export const SwitchRules = z
  .strictObject({ ids: z.array(z.string().min(1).max(500)).min(1).max(5000), isEnabled: z.boolean() })
  .meta({ id: 'SwitchRules' })
export type SwitchRules = z.infer<typeof SwitchRules>

const Text = z.string().min(1).max(500_000)

/** POST /api/tenants/{tenantId}/rule-checks. */
export const CheckRules = z.strictObject({ text: z.string().max(500_000) }).meta({ id: 'CheckRules' })

export const RuleCheck = z.object({ problems: z.array(RuleProblem) }).meta({ id: 'RuleCheck' })
export type RuleCheck = z.infer<typeof RuleCheck>

/** POST /api/tenants/{tenantId}/rule-imports. A file of the same path gets a new version. */
export const ImportRules = z
  .strictObject({
    files: z
      .array(z.strictObject({ path: z.string().trim().min(1).max(500), text: Text }))
      .min(1)
      .max(500),
  })
  .meta({ id: 'ImportRules' })
export type ImportRules = z.infer<typeof ImportRules>

/** What became of each file; `problems` are everything that is wrong with them. */
export const RuleImport = z
  .object({
    added: z.array(z.string()),
    changed: z.array(z.string()),
    unchanged: z.array(z.string()),
    refused: z.array(z.string()).describe('Nothing in them loads.'),
    rules: z.array(z.object({ id: z.string(), title: z.string(), author: z.string().optional(), path: z.string() })),
    problems: z.array(RuleProblem),
  })
  .meta({ id: 'RuleImport' })
export type RuleImport = z.infer<typeof RuleImport>

/** POST /api/tenants/{tenantId}/rules/{id}/versions: a new text of its file, or back to an earlier one; 0 is as shipped. */
export const ChangeRule = z
  .union([
    z.strictObject({ text: Text, note: z.string().trim().min(1).max(1000).optional() }),
    z.strictObject({ version: z.int().min(0) }),
  ])
  .meta({ id: 'ChangeRule' })
export type ChangeRule = z.infer<typeof ChangeRule>

/** POST /api/tenants/{tenantId}/rules/{id}/tunings: what the rule leaves out from now on. All conditions must hold. */
export const TuneRule = z
  .strictObject({
    conditions: z
      .array(
        z.strictObject({
          field: z.string().trim().min(1).max(300).describe('As the rule calls it.'),
          is: z.enum(['equals', 'contains', 'startswith', 'endswith', 'cidr']),
          values: z.array(z.string().min(1).max(1000)).min(1).max(1000).describe('Any of them; taken literally.'),
        }),
      )
      .min(1)
      .max(20),
    reason: z.string().trim().min(1).max(1000),
    expiresAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'TuneRule' })
export type TuneRule = z.infer<typeof TuneRule>

/** POST /api/tenants/{tenantId}/rules/{id}/back-test: what the rule would have found in the days before now. */
export const BackTestRule = z.strictObject({ days: z.int().min(1).max(365).default(7) }).meta({ id: 'BackTestRule' })

export const BackTest = z
  .object({
    from: z.string(),
    to: z.string(),
    total: z.int(),
    perDay: z.array(z.object({ day: z.string(), count: z.int() })).describe('Every day in UTC, oldest first.'),
    samples: z.array(EcsDocument).describe('The newest.'),
    tookMs: z.number(),
  })
  .meta({ id: 'BackTest' })
export type BackTest = z.infer<typeof BackTest>

/** POST /api/tenants/{tenantId}/rules/{id}/explain: why a rule matches a stored event or does not. */
export const ExplainRule = z.strictObject({ eventId: z.string().min(1).max(500) }).meta({ id: 'ExplainRule' })

/** A condition of a rule, as it came out for an event. */
export type Explained =
  | { kind: 'and' | 'or' | 'not'; matched: boolean; terms: Explained[] }
  | {
      kind: 'leaf'
      matched: boolean
      /** Absent: a keyword, sought in every value. */
      field?: string | undefined
      /** What the rule asks of it, in words. */
      asks: string
      verdict: 'matched' | 'mismatched' | 'absent'
      /** What the event has there; `more` that are not told. */
      values: string[]
      more: number
    }

const Explained: z.ZodType<Explained> = z
  .lazy(() =>
    z.discriminatedUnion('kind', [
      z.object({ kind: z.enum(['and', 'or', 'not']), matched: z.boolean(), terms: z.array(Explained) }),
      z.object({
        kind: z.literal('leaf'),
        matched: z.boolean(),
        field: z.string().optional(),
        asks: z.string(),
        verdict: z.enum(['matched', 'mismatched', 'absent']),
        values: z.array(z.string()),
        more: z.int(),
      }),
    ]),
  )
  .meta({ id: 'Explained' })

/** One for the rule; of a correlation one for each rule that it is over. */
export const RuleExplanations = z
  .object({
    explanations: z.array(
      z.object({
        rule: z.string(),
        title: z.string(),
        matched: z.boolean(),
        passedBy: z.string().optional().describe('Why the rule does not look at such events at all.'),
        further: z
          .string()
          .optional()
          .describe('What it asks of the events that it matches together, which one event does not tell.'),
        tree: Explained.optional(),
      }),
    ),
  })
  .meta({ id: 'RuleExplanations' })
export type RuleExplanations = z.infer<typeof RuleExplanations>
