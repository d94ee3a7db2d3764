import { stableId } from '#domain/ids.ts'
import type { JsonObject } from '#normalize/json.ts'
import { TimeFault, defineNormalizer } from '#normalize/normalizer.ts'
import type { Step } from '#normalize/normalizer.ts'
import { objectIn, unwrapDeep } from '#normalize/record.ts'
import { relate } from '#normalize/steps/related.ts'
import { parseTime } from '#normalize/steps/time.ts'
import type { EntityRecord } from './entity.ts'
import { kindOf } from './kinds.ts'

/**
 * Users, groups, devices and directory roles of the tenant as they were when they were looked at. Each state that was seen
 * is an event of its own, so that an entity's history is kept.
 */
export const entraEntity = defineNormalizer<EntityRecord>({
  dataset: 'entityanalytics_entra_id.entity',
  title: 'Entra directory entities',
  open: {
    name: 'record',
    run(value, text) {
      const raw = objectIn(value)
      if (raw === undefined) return undefined
      return { raw, text, entity: unwrapDeep(raw) as JsonObject, mentioned: { users: [], hosts: [], addresses: [] } }
    },
  },
  steps: [
    { name: 'time', run: ({ entity }, event) => void (event['@timestamp'] = momentOf(entity)) },
    { name: 'identity', run: ({ text }, event) => void (event.event.id = stableId(text)) },
    ({ entity }): Step<EntityRecord> => kindOf(entity),
    { name: 'related', run: ({ mentioned }, event) => relate(event, mentioned) },
  ],
})

/** When it was looked at; of a record without that, the last moment of the entity's own. */
function momentOf(entity: JsonObject): string {
  for (const field of MOMENTS) {
    const at = parseTime(entity[field])
    if (at !== undefined) return at
  }
  throw new TimeFault(`The record says no time: ${MOMENTS.join(', ')} are missing or no date and time.`)
}

const MOMENTS = [
  'observedDateTime',
  'lastModifiedDateTime',
  'deletedDateTime',
  'createdDateTime',
  'registrationDateTime',
  // Of other collectors: when they looked.
  '@timestamp',
]
