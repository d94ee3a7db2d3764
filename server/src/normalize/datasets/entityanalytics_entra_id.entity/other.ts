import { textOf } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { quote } from '#normalize/sentence.ts'
import type { EntityRecord } from './entity.ts'
import { isRemoved, present } from './entity.ts'

/** An object of another kind, or a deleted one of which nothing but the id is left: kept whole. */
export const other: Step<EntityRecord> = {
  name: 'other',
  run(record, event) {
    const { entity } = record
    present(record, event, 'object', ['iam', 'info'])
    const name = quote(textOf(entity.displayName) ?? textOf(entity.id) ?? 'unnamed')
    event.message = `Directory object ${name}${isRemoved(entity) ? ' is deleted' : ''}.`
  },
}
