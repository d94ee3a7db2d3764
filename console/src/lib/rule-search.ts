import { SeverityName, type Rule } from '@cordon/api'

import { TACTICS, tacticsOf, type Tactic } from './attack.ts'

/** What the address of the rules page says: which rules are shown. */
export interface RuleSearch {
  text?: string
  level?: SeverityName
  tactic?: Tactic
  state?: RuleState
}

export const RULE_STATES = ['on', 'off', 'imported', 'tuned', 'silent'] as const
export type RuleState = (typeof RULE_STATES)[number]

export function parseRuleSearch(search: Record<string, unknown>): RuleSearch {
  const { text, level, tactic, state } = search
  const one = <Value extends string>(values: readonly Value[], given: unknown) => values.find((each) => each === given)
  const parsed = {
    text: typeof text === 'string' && text !== '' ? text : undefined,
    level: one(SeverityName.options, level),
    tactic: one(
      TACTICS.map(({ id }) => id),
      tactic,
    ),
    state: one(RULE_STATES, state),
  }
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined))
}

const IS: Record<RuleState, (rule: Rule) => boolean> = {
  on: ({ isEnabled }) => isEnabled,
  off: ({ isEnabled }) => !isEnabled,
  imported: ({ origin }) => origin === 'imported',
  tuned: ({ tunings, isChanged }) => tunings > 0 || isChanged,
  silent: ({ neverFires }) => neverFires !== undefined,
}

export function fits(rule: Rule, { text, level, tactic, state }: RuleSearch): boolean {
  if (level !== undefined && rule.level !== level) return false
  if (tactic !== undefined && !tacticsOf(rule.attack).includes(tactic)) return false
  if (state !== undefined && !IS[state](rule)) return false
  const told = [rule.title, rule.id, rule.path, rule.logsource, rule.author ?? '', ...rule.attack]
    .join(' ')
    .toLowerCase()
  return (text ?? '')
    .toLowerCase()
    .split(/\s+/)
    .every((word) => told.includes(word))
}
