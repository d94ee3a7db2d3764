import { isObject, textOf } from '#normalize/json.ts'
import type { Normalizer } from '#normalize/normalizer.ts'
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
  parse: generic.parse,
  normalize(record, arrivedAt) {
    const opened = typeof record === 'string' ? generic.parse(record) : record
    if (typeof opened === 'string' || !isObject(opened.value)) return generic.normalize(record, arrivedAt)
    const inner = normalizerOfCategory(textOf(opened.value.category) ?? '', opened.value)
    return (inner ?? generic).normalize(opened, arrivedAt)
  },
}
