import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isObject, objectsOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'

/** A recorded record and the event that Elastic's pipeline makes of it. */
export interface Sample {
  /** `o365/audit/test-exchange-item-events.json`. */
  file: string
  /** The dataset of ours whose records these are. */
  dataset: string
  text: string
  theirs: JsonObject
}

/** Elastic's streams, and the dataset of ours that a record of each belongs to. */
const STREAMS: Readonly<Record<string, string>> = {
  'o365/audit': 'o365.audit',
  'azure/signinlogs': 'azure.signinlogs',
  'azure/auditlogs': 'azure.auditlogs',
  'azure/identity_protection': 'azure.identity_protection',
  // An Event Hub that is fed with everything has sign-ins among them.
  'azure/activitylogs': 'azure.event_hub',
  'azure/graphactivitylogs': 'azure.event_hub',
  'azure/provisioning': 'azure.event_hub',
  'm365_defender/alert': 'm365_defender.alert',
  'm365_defender/incident': 'm365_defender.incident',
  'm365_defender/event': 'm365_defender.event',
  'microsoft_exchange_online_message_trace/log': 'o365.message_trace',
  'entityanalytics_entra_id/entity': 'entityanalytics_entra_id.entity',
}

/**
 * The records of elastic/integrations below a folder, in its layout: `test-X` with the records beside
 * `test-X-expected.json` with the events in the same order, null for what is dropped. Empty where the folder is absent: the
 * license of these records keeps them out of this repository.
 */
export function elasticSamples(folder: string): Sample[] {
  return Object.entries(STREAMS).flatMap(([stream, dataset]) => {
    const path = join(folder, stream)
    if (!existsSync(path)) return []
    const files = readdirSync(path).filter((file) => file.startsWith('test-') && existsSync(expectedOf(path, file)))
    return files.flatMap((file) => {
      const { expected } = JSON.parse(readFileSync(expectedOf(path, file), 'utf8')) as { expected: unknown[] }
      return recordsIn(join(path, file)).flatMap((text, at): Sample[] => {
        const theirs = expected[at]
        return isObject(theirs) ? [{ file: `${stream}/${file}`, dataset, text, theirs }] : []
      })
    })
  })
}

function expectedOf(folder: string, file: string): string {
  return join(folder, `${file}-expected.json`)
}

/** The texts of the records: a line each, or what a document of events holds beside its `event`. */
function recordsIn(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  if (path.endsWith('.log')) return text.split('\n').filter((line) => line.trim() !== '')
  return objectsOf((JSON.parse(text) as JsonObject).events).map((document) => JSON.stringify(recordOf(document)))
}

/** Elastic's collector of entities has taken apart what Graph gives as one. */
function recordOf({ o365audit, azure_ad: entity, device, ...document }: JsonObject): unknown {
  if (!isObject(entity)) return o365audit ?? document
  const { id, registered_owners: registeredOwners, registered_users: registeredUsers } = isObject(device) ? device : {}
  return { id, ...entity, registeredOwners, registeredUsers, '@timestamp': document['@timestamp'] }
}
