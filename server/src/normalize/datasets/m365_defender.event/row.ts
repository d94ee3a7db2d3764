import type { EcsEvent } from '#domain/event.ts'
import type { ProductRecord } from '#normalize/product-record.ts'
import type { Step } from '#normalize/normalizer.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Meaning } from '#normalize/ecs/categories.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { tell } from '#normalize/sentence.ts'
import { gather } from '#normalize/steps/gather.ts'
import type { Gathered } from '#normalize/steps/gather.ts'
import type { Outcome } from '#normalize/steps/outcome.ts'
import { RecordFault } from '#normalize/normalizer.ts'
import { addDevice } from './columns.ts'

/** One row of an advanced hunting table, on its way into an event. */
export interface Row {
  /** `DeviceProcessEvents` */
  readonly table: string
  readonly columns: JsonObject
  /** The row's `ActionType`; "" where the table has none. */
  readonly action: string
  /** Microsoft's further facts, of every action its own. */
  readonly additional: JsonObject
  readonly fields: Gathered
  readonly mentioned: ProductRecord['mentioned']
}

/** What a row says. */
export interface Told {
  readonly kind?: EcsEvent['event']['kind']
  readonly meaning?: Meaning
  readonly outcome?: Outcome
  /** Without its full stop. */
  readonly sentence: string
  /** The sentence tells of a failure itself. */
  readonly tellsFailure?: boolean
}

/** How the rows of some tables are told. */
export interface Tables {
  /** What to look for in the code when a row ends in quarantine. */
  readonly name: string
  readonly tables: readonly string[]
  tell(row: Row): Told
}

const PREFIX = 'AdvancedHunting-'

/** The table that a record of the event hub is a row of: `AdvancedHunting-EmailEvents` is of EmailEvents. */
export function tableOf({ fields }: ProductRecord): string {
  const category = textOf(fields.category) ?? ''
  return category.startsWith(PREFIX) ? category.slice(PREFIX.length) : category
}

/** The step that tells the rows of these tables. */
export function toStep({ name, tell: tellRow }: Pick<Tables, 'name' | 'tell'>): Step<ProductRecord> {
  return {
    name,
    run(record, event) {
      const row = rowOf(record)
      addDevice(row)
      row.fields.add('event.action', row.action)
      row.fields.add('event.code', row.table)
      row.fields.add('organization.id', textOf(record.fields.tenantId)?.toLowerCase())
      const { kind = 'event', meaning, outcome, sentence, tellsFailure = false } = tellRow(row)
      event.event.kind = kind
      if (meaning !== undefined) setMeaning(event, meaning)
      if (outcome !== undefined) event.event.outcome = outcome
      row.fields.write(event)
      if (tellsFailure) event.message = `${sentence}.`
      else tell(event, sentence)
    },
  }
}

/** @throws RecordFault where there are no columns. */
function rowOf(record: ProductRecord): Row {
  const { fields, mentioned } = record
  const columns = fields.properties
  if (!isObject(columns)) throw new RecordFault('The record has no properties: a row of advanced hunting lies in them.')
  const additional = isObject(columns.AdditionalFields) ? columns.AdditionalFields : {}
  const action = textOf(columns.ActionType) ?? ''
  return { table: tableOf(record), columns, action, additional, fields: gather(), mentioned }
}
