import { isMap, isScalar, type Node } from 'yaml'

import { readAliases } from './aliases.ts'
import { parseCondition } from './condition.ts'
import type {
  CorrelationCondition,
  CorrelationType,
  RuleExpression,
  SigmaCorrelation,
  SigmaCorrelationType,
  Threshold,
} from './documents.ts'
import { readAlerting, readDistinct, readHead, readNames } from './head.ts'
import { NUMBER } from './item.ts'
import { offsetOf, type Reader } from './reader.ts'
import { readTimespan } from './timespan.ts'

const TYPES: readonly SigmaCorrelationType[] = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
]
const OPERATORS: readonly Threshold['operator'][] = ['lt', 'lte', 'gt', 'gte', 'eq', 'neq']

/** What every group remembers grows with the rules: with their square in order, and with their sets where a condition says which. */
const MAX_RULES = { any: 200, ordered: 20, orderedByCondition: 10 }

/** A correlation; undefined when something is wrong with it. What its references name is looked up where all files are known. */
export function readCorrelation(reader: Reader): SigmaCorrelation | undefined {
  const { problems } = reader
  const head = readHead(reader)
  const alerting = readAlerting(reader)
  const node = reader.at(reader.root, 'correlation')
  if (reader.entries(node) === undefined) {
    problems.add(offsetOf(node) ?? 0, 'an empty correlation', 'type, rules, group-by, timespan and condition')
    return undefined
  }
  const type = readType(reader, node)
  const timespanS = readTimespan(reader, node)
  const named = readDistinct(reader, reader.at(node, 'rules'), { allowed: 'ids or names of rules', each: 'rule' })
  const rules = named.map(({ text }) => text)
  if (rules.length === 0)
    problems.add(offsetOf(reader.at(node, 'rules')) ?? offsetOf(node), 'no rules', 'ids or names of rules')
  const most = type === undefined ? MAX_RULES.any : mostRules(type, reader.at(node, 'condition'))
  if (rules.length > most)
    problems.add(named[most]!.offset, `${rules.length} rules`, `at most ${most} in this correlation`)
  const groupBy = readNames(reader, reader.at(node, 'group-by'), 'names of fields or aliases').map(({ text }) => text)
  const aliases = readAliases(reader, node)
  const generate = readGenerate(reader, node)
  const condition = type && readCondition(reader, node, type, rules)
  if (type === undefined || timespanS === undefined || condition === undefined) return undefined
  const places = Object.fromEntries(named.map(({ text, offset }) => [text, problems.place(offset)]))
  return {
    kind: 'correlation',
    ...head,
    ...alerting,
    type,
    rules,
    places,
    groupBy,
    timespanS,
    aliases,
    generate,
    ...condition,
  }
}

function mostRules(type: CorrelationType, condition: Node | undefined): number {
  if (type !== 'temporal_ordered') return MAX_RULES.any
  return isScalar(condition) && condition.value !== null ? MAX_RULES.orderedByCondition : MAX_RULES.ordered
}

function readType(reader: Reader, correlation: Node | undefined): SigmaCorrelationType | undefined {
  const node = reader.at(correlation, 'type')
  const text = reader.text(node)
  const type = TYPES.find((each) => each === text)
  if (type === undefined) {
    const found = text === undefined ? 'no type' : `the type \`${text}\``
    reader.problems.add(offsetOf(node) ?? offsetOf(correlation), found, TYPES.join(', '))
  }
  return type
}

/** Old tools have it within the correlation, the schema beside it. */
function readGenerate(reader: Reader, correlation: Node | undefined): boolean {
  const node = reader.at(correlation, 'generate') ?? reader.at(reader.root, 'generate')
  const value = reader.value(node)?.value
  if (value !== null && typeof value !== 'boolean') reader.problems.add(offsetOf(node), '`generate`', 'true or false')
  return value === true
}

type Conditions = Pick<SigmaCorrelation, 'condition' | 'fields' | 'percentile'>

function readCondition(
  reader: Reader,
  correlation: Node | undefined,
  type: CorrelationType,
  rules: readonly string[],
): Conditions | undefined {
  const isTemporal = type === 'temporal' || type === 'temporal_ordered'
  const node = reader.at(correlation, 'condition')
  if (node === undefined || (isScalar(node) && node.value === null)) {
    if (isTemporal)
      return { condition: { kind: 'threshold', all: [{ operator: 'gte', value: rules.length }] }, fields: [] }
    reader.problems.add(offsetOf(node) ?? offsetOf(correlation), 'no condition', 'a threshold, such as `gte: 10`')
    return undefined
  }
  if (isMap(node)) return readThresholds(reader, node, type)
  const condition = isTemporal ? readRuleCondition(reader, node, rules) : undefined
  if (!isTemporal) {
    reader.problems.add(offsetOf(node), `a condition over rules for ${type}`, 'a threshold, such as `gte: 10`')
  }
  return condition && { condition, fields: [] }
}

function readThresholds(reader: Reader, node: Node, type: CorrelationType): Conditions | undefined {
  const { problems } = reader
  const all: Threshold[] = []
  let said = 0
  let percentile: number | undefined
  for (const { key, value, offset } of reader.entries(node) ?? []) {
    const number = NUMBER.test(reader.text(value) ?? '') ? Number(reader.text(value)) : undefined
    const operator = OPERATORS.find((each) => each === key)
    if (operator) said++
    if (operator && number !== undefined) all.push({ operator, value: number })
    else if (operator)
      problems.add(offsetOf(value) ?? offset, `\`${reader.text(value) ?? 'nothing'}\` for ${key}`, 'a number')
    else if (key === 'percentile' && type === 'value_percentile') {
      if (number !== undefined && number >= 0 && number <= 100) percentile = number
      else problems.add(offsetOf(value) ?? offset, `\`${reader.text(value) ?? 'nothing'}\` for percentile`, '0 to 100')
    } else if (key !== 'field') {
      problems.add(offset, `\`${key}\` in a condition of ${type}`, `field, ${OPERATORS.join(', ')}`)
    }
  }
  if (said === 0) problems.add(offsetOf(node), 'a condition without a threshold', OPERATORS.join(', '))
  if (type === 'value_percentile' && percentile === undefined) {
    problems.warn(offsetOf(node), 'no percentile, which is read as 50', '`percentile: 95` in the condition')
    percentile = 50
  }
  const fields = readFields(reader, node, type)
  return { condition: { kind: 'threshold', all }, fields, ...(percentile !== undefined && { percentile }) }
}

function readFields(reader: Reader, condition: Node, type: CorrelationType): string[] {
  const node = reader.at(condition, 'field')
  const fields = readNames(reader, node, 'the name of a field').map(({ text }) => text)
  const needsField = type.startsWith('value_')
  if (needsField && fields.length === 0) {
    reader.problems.add(offsetOf(node) ?? offsetOf(condition), `no field for ${type}`, '`field` in the condition')
  } else if (!needsField && node !== undefined) {
    reader.problems.add(offsetOf(node), `a field for ${type}`, 'a threshold alone')
  } else if (fields.length > 1 && type !== 'value_count') {
    reader.problems.add(offsetOf(node), `${fields.length} fields for ${type}`, 'one field')
  }
  return fields
}

function readRuleCondition(reader: Reader, node: Node, rules: readonly string[]): CorrelationCondition | undefined {
  const source = reader.text(node)
  if (source === undefined) {
    reader.problems.add(offsetOf(node), 'a condition that is no text', 'a threshold, or rules joined by and, or, not')
    return undefined
  }
  const said = new Set<string>()
  const result = parseCondition<RuleExpression>(source, {
    named: new Map(rules.map((rule) => [rule, { kind: 'rule', rule }])),
    join: (kind, terms) => ({ kind, terms }),
    negate: (term) => ({ kind: 'not', term }),
    weigh(part) {
      if (part.kind === 'rule') said.add(part.rule)
      return 1
    },
  })
  if (!('condition' in result)) {
    reader.problems.add((offsetOf(node) ?? 0) + result.offset, result.found, result.allowed)
    return undefined
  }
  const unsaid = rules.filter((rule) => !said.has(rule))
  if (unsaid.length > 0)
    reader.problems.add(offsetOf(node), `a condition without ${unsaid.join(', ')}`, 'every rule of `rules`')
  return { kind: 'rules', expression: result.condition }
}
