import { readFileSync } from 'node:fs'

import { parse } from 'yaml'
import { z } from 'zod'

import type { NormalizedEvent } from '#domain/event.ts'
import { normalizeRecord } from '#normalize/normalize-record.ts'

/**
 * Cases beside a rule of the pack: events that fire it and look-alikes that must not. A record says what matters; what every
 * record has is filled in. Lists of names and values are written as maps, and become the lists that Microsoft sends.
 *
 * - `base` is what all records of the file have, `dataset` what they are records of.
 * - `$dataset` is another for one record, `$after` how many seconds it comes behind the one before, `$times` how often it
 *   comes; `{n}` in a text is the number of the time.
 */
const Fields = z.record(z.string(), z.unknown())
const Case = z
  .strictObject({ says: z.string().min(1), record: Fields.optional(), records: z.array(Fields).optional() })
  .refine(({ record, records }) => (record === undefined) !== (records === undefined), 'a record, or records')
const Cases = z.strictObject({
  dataset: z.string().default('o365.audit'),
  base: Fields.default({}),
  fires: z.array(Case).min(1),
  quiet: z.array(Case).min(1),
})

export interface PackCase {
  says: string
  events: NormalizedEvent[]
}

export function readCases(file: string): { fires: PackCase[]; quiet: PackCase[] } {
  const { dataset, base, fires, quiet } = Cases.parse(parse(readFileSync(file, 'utf8')))
  const toCase = ({ says, record, records }: z.infer<typeof Case>): PackCase => ({
    says,
    events: [...eventsOf(records ?? [record!], dataset, base)],
  })
  return { fires: fires.map(toCase), quiet: quiet.map(toCase) }
}

const START = Date.parse('2026-11-20T08:00:00Z')
const Directions = z.object({
  $dataset: z.string().optional(),
  $after: z.number().default(0),
  $times: z.number().default(1),
})

function* eventsOf(
  records: readonly Record<string, unknown>[],
  usual: string,
  base: Record<string, unknown>,
): Generator<NormalizedEvent> {
  let at = START
  let count = 0
  for (const record of records) {
    const { $dataset: dataset = usual, $after, $times } = Directions.parse(record)
    const said = Object.fromEntries(Object.entries(record).filter(([name]) => !name.startsWith('$')))
    for (let n = 1; n <= $times; n++) {
      at += $after * 1000
      const id = `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`
      const own = dataset === usual ? { ...base, ...said } : said
      yield normalized(dataset, {
        ...usualFields(dataset, id, new Date(at).toISOString()),
        ...asSent(numbered(own, n)),
      })
    }
  }
}

function normalized(dataset: string, record: object): NormalizedEvent {
  const outcome = normalizeRecord(dataset, JSON.stringify(record))
  if (outcome.outcome !== 'kept') throw new Error(`the case's record was ${JSON.stringify(outcome)}`)
  return outcome
}

const PERSON = 'mara@harborfinch.example'
const ADDRESS = '203.0.113.77'

/** What every record of a dataset has. */
function usualFields(dataset: string, id: string, time: string): Record<string, unknown> {
  switch (dataset) {
    case 'azure.signinlogs':
      return {
        id,
        createdDateTime: time,
        userPrincipalName: PERSON,
        userId: '6a0bd2c4-0000-4000-8000-000000000001',
        ipAddress: ADDRESS,
        status: { errorCode: 0 },
      }
    case 'azure.auditlogs': {
      const user = { id: '6a0bd2c4-0000-4000-8000-000000000001', userPrincipalName: PERSON, ipAddress: ADDRESS }
      return { id, activityDateTime: time, result: 'success', initiatedBy: { user, app: null }, targetResources: [] }
    }
    case 'azure.identity_protection':
      return { id, detectedDateTime: time, lastUpdatedDateTime: time, userPrincipalName: PERSON, ipAddress: ADDRESS }
    case 'azure.graphactivitylogs':
      return { time, callerIpAddress: ADDRESS, correlationId: id }
    default:
      return { Id: id, CreationTime: time.slice(0, 19), UserType: 0, UserId: PERSON, ClientIP: ADDRESS }
  }
}

/** `{n}` in every text. */
function numbered(value: unknown, n: number): unknown {
  if (typeof value === 'string') return value.replaceAll('{n}', String(n))
  if (Array.isArray(value)) return value.map((each) => numbered(each, n))
  return isMap(value) ? mapValues(value, (each) => numbered(each, n)) : value
}

/** Maps of names and values as the lists that Microsoft sends. */
function asSent(value: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>).map(([name, each]) => [
      name,
      isMap(each) ? sentAs(name, each) : sentItems(each),
    ]),
  )
}

function sentItems(value: unknown): unknown {
  return Array.isArray(value) ? value.map((each) => (isMap(each) ? asSent(each) : each)) : value
}

function sentAs(name: string, map: Record<string, unknown>): unknown {
  switch (name) {
    case 'Parameters':
    case 'OperationProperties':
    case 'ExtendedProperties':
    case 'DeviceProperties':
      return Object.entries(map).map(([Name, Value]) => ({ Name, Value }))
    case 'ModifiedProperties':
      return Object.entries(map).map(([Name, value]) => ({ Name, NewValue: sentText(value), OldValue: '' }))
    case 'modifiedProperties':
      return Object.entries(map).map(([displayName, value]) => {
        const { old, new: now } = isMap(value) ? value : { old: null, new: value }
        return { displayName, oldValue: old === null ? null : sentText(old), newValue: sentText(now) }
      })
    default:
      return map
  }
}

/** Values of changes come as JSON. */
function sentText(value: unknown): string {
  return typeof value === 'string' && /^[[{]/.test(value) ? value : JSON.stringify(value)
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mapValues(map: Record<string, unknown>, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]))
}
