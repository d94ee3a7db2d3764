import { isObject, textOf } from '#normalize/json.ts'
import type { Normalizer, RawRecord } from '#normalize/normalizer.ts'
import { generic } from './generic.ts'
import { normalizerOfCategory } from './categories.ts'

/**
 * One of the `records` of what diagnostic settings and Defender's streaming send through an Event Hub. Its category says
 * which log it is from; that log's normalizer takes it, and the event's dataset is that log's. A record of a category
 * that nobody knows is kept whole.
 */
export const eventHub: Normalizer = {
  dataset: generic.dataset,
  title: generic.title,
  takesText: false,
  normalize(record, arrivedAt) {
    const opened = parse(record)
    if (typeof opened === 'string' || !isObject(opened.value)) return generic.normalize(record, arrivedAt)
    const inner = normalizerOfCategory(textOf(opened.value.category) ?? '', opened.value)
    return (inner ?? generic).normalize(opened, arrivedAt)
  },
}

/** The record with its value, or as it came where it is no JSON: then {@link generic} says so. */
function parse(record: RawRecord): RawRecord {
  if (typeof record !== 'string') return record
  try {
    return { text: record, value: JSON.parse(record) as unknown }
  } catch {
    return record
  }
}
