import { stableId } from '#domain/ids.ts'
import type { EcsEvent } from '#domain/event.ts'
import { fieldAt } from '#domain/event.ts'
import { MAX_DEPTH, put, textOf, unwrapJson } from './json.ts'
import type { JsonObject } from './json.ts'
import { TimeFault, defineNormalizer } from './normalizer.ts'
import type { Normalizer, RecordSource, Step } from './normalizer.ts'
import { objectIn, unwrapDeep } from './record.ts'
import { relate } from './steps/related.ts'
import { parseMoment } from './steps/moment.ts'

/**
 * Records of one shape per dataset: an alert, a row of a table, a line of a trace. All of them are opened, placed in time,
 * told apart and kept in the same way; what is left to a dataset is what its records mean.
 */
export interface ProductRecord extends RecordSource {
  readonly raw: JsonObject
  /** The whole record under Microsoft's names, with wrapped JSON parsed: kept in the event under the dataset's name. */
  readonly fields: JsonObject
  /** What `related.*` should name beside what the ECS fields say. */
  readonly mentioned: {
    readonly users: (string | undefined)[]
    readonly addresses: (string | undefined)[]
    readonly hosts: (string | undefined)[]
    readonly hashes: (string | undefined)[]
  }
}

export interface ProductDefinition {
  /** Elastic's dataset name. Its parts are where the record is kept: `o365.quarantine` under `event.o365.quarantine`. */
  readonly dataset: string
  readonly title: string
  /** Paths of the fields that say when it happened, the best first. */
  readonly time: readonly string[]
  /**
   * What together says which record this is, the moment of its update among it where a record changes. Where it is absent, or
   * a part of it says nothing, the identity is computed from the whole record: then every state of a record is an event.
   */
  readonly key?: (fields: JsonObject) => readonly unknown[]
  /** What the record means; a function chooses the step by the record. The last one writes the sentence. */
  readonly steps: readonly (Step<ProductRecord> | ((record: ProductRecord) => Step<ProductRecord>))[]
}

/** The normalizer of a dataset whose records have one shape. */
export function defineProductNormalizer({ dataset, title, time, key, steps }: ProductDefinition): Normalizer {
  return defineNormalizer<ProductRecord>({
    dataset,
    title,
    open: { name: 'record', run: openRecord },
    steps: [
      { name: 'time', run: ({ fields }, event) => setTime(fields, time, event) },
      { name: 'identity', run: (record, event) => setIdentity(record, key, event) },
      { name: 'keep', run: ({ fields }, event) => keep(fields, dataset.split('.'), event) },
      ...steps,
      { name: 'related', run: ({ mentioned }, event) => relate(event, mentioned) },
    ],
  })
}

function openRecord(value: unknown): ProductRecord | undefined {
  const raw = objectIn(value)
  if (raw === undefined) return undefined
  const fields = unwrapDeep(raw, MAX_DEPTH, unwrapContainer) as JsonObject
  return { raw, fields, mentioned: { users: [], addresses: [], hosts: [], hashes: [] } }
}

/** Text in quotation marks stays what it is: command lines are written `"cmd.exe"`. */
function unwrapContainer(text: string): unknown {
  return text.startsWith('"') ? text : unwrapJson(text)
}

/** A record without a time cannot be placed. */
function setTime(fields: JsonObject, paths: readonly string[], event: EcsEvent): void {
  for (const path of paths) {
    const at = parseMoment(fieldAt(fields, path))
    if (at === undefined) continue
    event['@timestamp'] = at
    return
  }
  throw new TimeFault(`${paths.join(' or ')} is missing or is not a date and time.`)
}

function setIdentity({ fields, raw }: ProductRecord, key: ProductDefinition['key'], event: EcsEvent): void {
  const parts = key?.(fields).map((part) => textOf(part)?.toLowerCase()) ?? [undefined]
  event.event.id = parts.every((part) => part !== undefined) ? stableId(...parts) : stableId(JSON.stringify(raw))
}

/** Beside what another step may have written under the product's name. */
function keep(fields: JsonObject, [product = '', stream = '']: readonly string[], event: EcsEvent): void {
  put(event, product, { [stream]: fields })
}
