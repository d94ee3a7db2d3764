import { explain } from '#detect/explain/explain.ts'
import type { Explanation } from '#detect/explain/explanation.ts'
import type { LoadedRule } from '#detect/rule-set.ts'
import { normalizedReader } from '#detect/vocabulary.ts'
import { AppError } from '#domain/errors.ts'
import { restoreEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EventStore } from '#store/event-store.ts'

import type { RuleBook } from './rule-book.ts'
import type { TenantRules } from './tenant-rules.ts'

/**
 * Why a rule matches a stored event or does not; of a correlation, why each rule that it is over does.
 *
 * @throws AppError RULE_NOT_FOUND, EVENT_NOT_FOUND.
 */
export type ExplainRule = (tenantId: TenantId, ruleId: string, eventId: string) => Promise<Explanation[]>

export function createExplainRule(parts: { book: RuleBook; events: Pick<EventStore, 'read'> }): ExplainRule {
  const { book, events } = parts
  return async (tenantId, ruleId, eventId) => {
    const rules = rulesUnder(book.of(tenantId), ruleId)
    if (rules.length === 0) throw notFound('RULE_NOT_FOUND', 'rule', ruleId)
    const stored = await events.read(tenantId, eventId)
    if (!stored) throw notFound('EVENT_NOT_FOUND', 'event', eventId)
    const { event, original } = stored
    const normalized = restoreEvent(event, original)
    return rules.map((rule) => explain(rule, normalized, normalizedReader))
  }
}

function rulesUnder(rules: TenantRules, id: string): LoadedRule[] {
  const rule = rules.runnable.rules.find((each) => each.id === id) ?? rules.set.rules.find((each) => each.id === id)
  if (rule) return [rule]
  const correlation = rules.set.correlations.find((each) => each.id === id)
  return [...new Set(correlation?.rules)].flatMap((each) => rulesUnder(rules, each))
}

function notFound(code: 'RULE_NOT_FOUND' | 'EVENT_NOT_FOUND', what: string, id: string): AppError {
  return new AppError({
    code,
    what: 'Nothing was explained.',
    why: `The tenant has no ${what} ${id}.`,
    fix: 'Take the id from the page of the event, or of the rule.',
  })
}
