import * as fc from 'fast-check'

import { assembleRules } from '#detect/rule-set.ts'
import type { NormalizedEvent } from '#domain/event.ts'

/**
 * Rules and stored events of which much is known without reading them, and little enough: values from a small stock, so that they
 * meet; records whose fields are what nobody promised (lists, objects, numbers, names in another case) under events whose own
 * fields are as normalizers write them.
 */
const OPERATIONS = ['Set-Mailbox', 'Add user', 'UserLoggedIn', 'New\u2010Rule', '']
const USERS = ['Ann@harbor.example', 'bo@harbor.example', '\u212Aim@harbor.example', 'a"b\\c@x.example', '7', '']
const WORKLOADS = ['Exchange', 'AzureActiveDirectory', 'SecurityComplianceCenter']
const CODES = ['ExchangeAdmin', 'AzureActiveDirectory', 'AzureActiveDirectoryStsLogon']
const STATUSES = ['Success', 'Failed', 'PartiallySucceeded', 'tRUE']
const PARAMETERS = ['ForwardTo', 'forwardto', 'Name', 'Role.DisplayName']
const ADDRESSES = ['192.0.2.7', '2001:db8::7']

const oneOf = <Item>(items: readonly Item[]) => fc.constantFrom(...items)
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })

const USER = fc.oneof(
  { weight: 6, arbitrary: oneOf(USERS) },
  { weight: 1, arbitrary: fc.array(oneOf(USERS), { maxLength: 2 }) },
  { weight: 1, arbitrary: oneOf(USERS).map((Name) => ({ Deep: { Name } })) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(7, 1e21, true, null) },
)

const EVENT = fc.record({
  operation: oneOf(OPERATIONS),
  written: oneOf(['', ' ', '.']),
  user: USER,
  userKey: oneOf(['UserId', 'UserId', 'UserId', 'userid', 'Other']),
  email: maybe(oneOf(USERS)),
  workload: maybe(oneOf(WORKLOADS)),
  code: maybe(oneOf(CODES)),
  status: maybe(oneOf(STATUSES)),
  outcome: maybe(oneOf(['success', 'failure', 'unknown'])),
  kind: oneOf(['event', 'alert']),
  parameters: maybe(fc.dictionary(oneOf(PARAMETERS), oneOf(USERS), { maxKeys: 2 })),
  parametersKey: oneOf(['Parameters', 'Parameters', 'Parameters', 'parameters']),
  address: maybe(oneOf(ADDRESSES)),
  client: maybe(fc.oneof(oneOf(ADDRESSES), fc.constant(['192.0.2.7']))),
  dataset: oneOf(['o365.audit', 'o365.audit', 'o365.audit', 'azure.auditlogs']),
})

/** In the order of time, within one day. */
export const HISTORY_EVENTS: fc.Arbitrary<NormalizedEvent[]> = fc
  .array(EVENT, { minLength: 60, maxLength: 100 })
  .map((all) => all.map(toEvent))

function toEvent(
  facts: typeof EVENT extends fc.Arbitrary<infer Value> ? Value : never,
  index: number,
): NormalizedEvent {
  const {
    operation,
    written,
    user,
    userKey,
    email,
    workload,
    code,
    status,
    outcome,
    kind,
    address,
    client,
    dataset,
    parameters,
    parametersKey,
  } = facts
  const raw = present({
    Operation: `${written === ' ' ? ' ' : ''}${operation}${written.trim()}`,
    [userKey]: user,
    Workload: workload,
    ResultStatus: status,
    ClientIP: client,
    [parametersKey]: parameters,
    ModifiedProperties: parameters && Object.fromEntries(Object.entries(parameters).map(toChange)),
    Name: operation,
  })
  const document = dataset === 'o365.audit' ? { o365: { audit: raw } } : { azure: { auditlogs: { properties: raw } } }
  const own = present({ action: operation === '' ? undefined : operation, code, provider: workload, outcome })
  return {
    event: {
      '@timestamp': new Date(Date.UTC(2026, 10, 2) + index * 60_000).toISOString(),
      message: 'It happened.',
      event: { id: `made-up-${index}`, dataset, kind: kind as 'event', ...own },
      ...(email !== undefined && { user: { email } }),
      ...(address !== undefined && { source: { ip: address } }),
      ...document,
    },
    raw,
    original: JSON.stringify(raw),
  }
}

function toChange([name, value]: [string, string]): [string, object] {
  return [name, { NewValue: value, OldValue: '' }]
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

const FIELDS: Record<string, readonly string[]> = {
  Operation: OPERATIONS,
  OperationName: OPERATIONS,
  'properties.message': OPERATIONS,
  eventName: OPERATIONS,
  UserId: USERS,
  InitiatedBy: USERS,
  ResultStatus: STATUSES,
  status: ['success', 'Success'],
  Status: ['Success', 'failure'],
  eventSource: WORKLOADS,
  Workload: WORKLOADS,
  ClientIP: ADDRESSES,
  LoggedByService: ['Core Directory'],
  'Parameters.ForwardTo': USERS,
  ForwardTo: USERS,
  'Parameters.Name': USERS,
  'ModifiedProperties.Role.DisplayName.NewValue': USERS,
  'targetResources.modifiedProperties.newValue': USERS,
  Nowhere: ['nothing'],
}
/** Half of what is asked is asked of fields in which the store seeks. */
const FIELD = fc.oneof(
  oneOf(Object.entries(FIELDS)),
  oneOf(['UserId', 'ClientIP', 'Parameters.ForwardTo']).map((field) => [field, FIELDS[field]!] as const),
)
const ITEM = FIELD.chain(([field, values]) =>
  fc.oneof(
    { weight: 5, arbitrary: oneOf(values).map((value) => ({ [field]: value })) },
    { weight: 2, arbitrary: fc.uniqueArray(oneOf(values), { minLength: 1 }).map((some) => ({ [field]: some })) },
    {
      weight: 5,
      arbitrary: fc
        .tuple(oneOf(values), fc.nat(5), oneOf(['contains', 'startswith', 'endswith', 'contains|cased']))
        .map(([value, from, how]) => ({ [`${field}|${how}`]: cut(value, from, how) })),
    },
    { weight: 1, arbitrary: fc.boolean().map((expected) => ({ [`${field}|exists`]: expected })) },
    { weight: 1, arbitrary: fc.constant({ [field]: null }) },
    { weight: 1, arbitrary: fc.constant({ [`${field}|re`]: '^[A-Sa-s]' }) },
  ),
)

/** A part of a value that it begins with, ends with or holds. */
function cut(value: string, from: number, how: string): string {
  return how === 'startswith' ? value.slice(0, from + 1) : value.slice(from)
}

const SELECTION = fc.array(ITEM, { minLength: 1, maxLength: 2 }).map((items) => Object.assign({}, ...items) as object)
const LOGSOURCES = [
  { product: 'm365', service: 'audit' },
  { product: 'm365', service: 'audit' },
  { product: 'm365', service: 'audit' },
  { product: 'm365', service: 'threat_management' },
  { product: 'azure', service: 'auditlogs' },
  { product: 'azure', service: 'signinlogs' },
]
const RULE = fc.record({
  logsource: oneOf(LOGSOURCES),
  detection: fc.record({
    a: SELECTION,
    b: SELECTION,
    condition: oneOf(['a', 'a', 'a and b', 'a and b', 'a and not b', 'a or b', 'not a']),
  }),
})

export const HISTORY_RULES = fc.array(RULE, { minLength: 8, maxLength: 12 }).map((rules) => {
  const texts = rules.map((rule, index) => JSON.stringify({ title: `Rule ${index}`, id: `rule-${index}`, ...rule }))
  return assembleRules([{ file: 'history.yml', text: texts.join('\n---\n') }])
})
