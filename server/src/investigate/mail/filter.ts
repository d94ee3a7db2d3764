import { AppError, type FormProblem } from '#domain/errors.ts'
import { conditionsOf, isGroup, type MailCondition, type MailFilter, type MailGroup } from '#domain/mail-filter.ts'

import { compileCondition } from './conditions.ts'

/** A filter of this size takes up to some ten milliseconds for each message read, as long as reading it took. */
const MOST_CONDITIONS = 500
/** An expression takes a thousand times as long as any other condition: about a millisecond for a long text. */
const MOST_EXPRESSIONS = 20
const DEEPEST = 5

/**
 * The filter as it will be applied: values trimmed and in one spelling, empty conditions and groups dropped.
 *
 * @throws AppError REQUEST_INVALID with every problem and its path (`where.conditions[2]`);
 * INVESTIGATION_FILTER_MISSING when nothing in it keeps every message, or nearly every, from being a hit: no condition, or
 * only such as must not hold. Dates alone do not.
 */
export function cleanFilter(filter: MailFilter): MailFilter {
  const problems: FormProblem[] = []
  const counted = { conditions: 0 }
  const where = cleanGroup(filter.where, 'where', 1, problems, counted)
  if (counted.conditions > MOST_CONDITIONS) {
    problems.push({
      path: 'where',
      message: `It has ${counted.conditions} conditions; at most ${MOST_CONDITIONS} are allowed.`,
    })
  }
  const expressions = conditionsOf(where)
    .filter(({ field }) => field === 'regex')
    .toArray().length
  if (expressions > MOST_EXPRESSIONS) {
    problems.push({
      path: 'where',
      message: `It has ${expressions} regular expressions; at most ${MOST_EXPRESSIONS} are allowed.`,
    })
  }
  problems.push(...dateProblems(filter))
  if (problems.length > 0) {
    throw new AppError({
      code: 'REQUEST_INVALID',
      what: 'The investigation was not created.',
      why: problems.map(({ path, message }) => `${path}: ${message}`).join(' '),
      fix: 'Correct the filter at the places named.',
      problems,
    })
  }
  if (!narrows(where)) {
    throw new AppError({
      code: 'INVESTIGATION_FILTER_MISSING',
      what: 'The investigation was not created.',
      why: 'Its filter lets every message through, or all but a few.',
      fix: 'Give at least one condition that must hold, such as a sender, a subject or a link.',
    })
  }
  const { receivedFrom, receivedTo } = filter
  return { where, ...(receivedFrom && { receivedFrom }), ...(receivedTo && { receivedTo }) }
}

function cleanGroup(
  group: MailGroup,
  path: string,
  depth: number,
  problems: FormProblem[],
  counted: { conditions: number },
): MailGroup {
  if (depth > DEEPEST) {
    problems.push({ path, message: `Groups are nested deeper than ${DEEPEST}.` })
    return { ...group, conditions: [] }
  }
  const conditions = group.conditions.flatMap((each, index): MailGroup['conditions'] => {
    const at = `${path}.conditions[${index}]`
    if (isGroup(each)) {
      const inner = cleanGroup(each, at, depth + 1, problems, counted)
      return inner.conditions.length > 0 ? [inner] : []
    }
    return cleanCondition(each, at, problems, counted)
  })
  return { logic: group.logic, conditions }
}

function cleanCondition(
  condition: MailCondition,
  path: string,
  problems: FormProblem[],
  counted: { conditions: number },
): MailCondition[] {
  if (condition.value.trim() === '') return []
  counted.conditions += 1
  // Past the limit nothing is compiled any more: it would take long, and the filter is refused anyway.
  if (counted.conditions > MOST_CONDITIONS) return []
  try {
    const { value } = compileCondition(condition)
    return value === '' ? [] : [{ field: condition.field, value, ...(condition.not && { not: true }) }]
  } catch (error) {
    const shown = condition.value.length > 60 ? `${condition.value.slice(0, 60)}…` : condition.value
    const why = error instanceof Error ? error.message : String(error)
    problems.push({ path, message: `${condition.field} “${shown}”: ${why}.` })
    return []
  }
}

/** Whether a message must have something in particular to be a hit. */
function narrows({ logic, conditions }: MailGroup): boolean {
  const each = (one: MailGroup | MailCondition) => (isGroup(one) ? narrows(one) : !one.not)
  return conditions.length > 0 && (logic === 'and' ? conditions.some(each) : conditions.every(each))
}

function dateProblems({ receivedFrom, receivedTo }: MailFilter): FormProblem[] {
  const problems = Object.entries({ receivedFrom, receivedTo })
    .filter(([, date]) => date !== undefined && !(DATE_WITH_ZONE.test(date) && !Number.isNaN(Date.parse(date))))
    .map(([path, date]) => ({
      path,
      message: `“${date}” is no moment; write it with its zone: 2026-11-20T00:00:00+01:00.`,
    }))
  if (problems.length === 0 && receivedFrom && receivedTo && Date.parse(receivedFrom) > Date.parse(receivedTo)) {
    problems.push({ path: 'receivedFrom', message: `${receivedFrom} is after receivedTo (${receivedTo}).` })
  }
  return problems
}

/** A date without a zone would be read in the server's own, and mails near midnight would be lost. */
const DATE_WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/
