import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isObject, objectsOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'

/**
 * Records that others recorded from real tenants. Their licenses keep them out of this repository, so they are measured where a
 * checkout has them beside it.
 */
export const SHARED_RECORDS = fileURLToPath(new URL('../../../../../shared/data/events', import.meta.url))

/** Panther's log types by their beginning, and the dataset of ours that records of each belong to. */
const DATASETS: readonly [beginning: string, dataset: string][] = [
  ['Azure.', 'azure.event_hub'],
  ['MicrosoftIntune.', 'azure.event_hub'],
  ['Microsoft365.Audit', 'o365.audit'],
  ['MicrosoftDefenderXDR.', 'm365_defender.event'],
  ['MicrosoftGraph.SecurityAlert', 'm365_defender.alert'],
]

/** The records of panther-labs/panther-analysis below a folder, in their order; empty where it is absent. */
export function pantherRecords(folder: string): { file: string; dataset: string; record: JsonObject }[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((file) => {
    const dataset = DATASETS.find(([beginning]) => file.startsWith(beginning))?.[1]
    if (dataset === undefined) return []
    const tests = objectsOf(JSON.parse(readFileSync(join(folder, file), 'utf8')))
    return tests.flatMap(({ log }) => (isObject(log) ? [{ file, dataset, record: log }] : []))
  })
}
