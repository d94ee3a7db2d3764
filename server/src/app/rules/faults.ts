import type { RuleProblem } from '#detect/sigma/problem.ts'
import { AppError } from '#domain/errors.ts'

import type { RuleBook } from './rule-book.ts'
import { documentsIn } from './summary.ts'
import type { TenantRules } from './tenant-rules.ts'

/** @throws AppError RULE_NOT_FOUND. */
export function findRule({ set }: TenantRules, id: string) {
  const document = documentsIn(set).find((each) => each.id === id)
  if (!document) throw notFound(id, 'rule')
  return document
}

/** @throws AppError RULE_FILE_INVALID for a text with an error, or without the rule. */
export function mustHold({ documents, problems }: ReturnType<RuleBook['parse']>, id: string): void {
  if (problems.some(({ severity }) => severity === 'error')) throw invalidRules('The rule was not changed.', problems)
  if (documents.some((each) => each.id === id)) return
  throw new AppError({
    code: 'RULE_FILE_INVALID',
    what: 'The rule was not changed.',
    why: `The text holds no rule with the id ${id}.`,
    fix: 'Keep its id. A rule with another id is another rule: import it.',
  })
}

export function invalidRules(what: string, problems: readonly RuleProblem[]): AppError {
  const told = problems.filter(({ severity }) => severity === 'error').slice(0, 5)
  return new AppError({
    code: 'RULE_FILE_INVALID',
    what,
    why: told
      .map(({ line, column, found, allowed }) => `${line}:${column} has ${found}; allowed is ${allowed}.`)
      .join(' '),
    fix: 'Correct what is named.',
  })
}

export function notFound(id: string, what: 'rule' | 'tuning'): AppError {
  return new AppError({
    code: 'RULE_NOT_FOUND',
    what: `Could not find the ${what}.`,
    why: `The tenant has no ${what} ${id}, or its file no longer loads.`,
    fix: 'Choose one on the Rules page or from `npx cordon rules list`.',
  })
}

export function wrongState(what: string, why: string, fix: string): AppError {
  return new AppError({ code: 'RULE_STATE_WRONG', what, why, fix })
}
