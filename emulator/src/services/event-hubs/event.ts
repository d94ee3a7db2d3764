import { badMessage } from './errors.ts'
import { decode, mapSection, sectionsOf, textOf, types } from './amqp.ts'

/** The content of an event, as bytes: what the service adds is put in front of them when the event is read. */
export interface Content {
  /** The encoded header, where the producer sent one. */
  header?: Buffer
  /** Message annotations of the producer. */
  annotations: Record<string, unknown>
  /** Everything from the properties on. */
  bare: Buffer
}

/** The annotation that says by what an event was put into its partition. */
export const KEY = 'x-opt-partition-key'

/** Content out of an encoded message. @throws HubError `amqp:decode-error`. */
export function readContent(encoded: Buffer): Content {
  const content: Content = { annotations: {}, bare: Buffer.alloc(0) }
  try {
    for (const { code, section, start, end } of sectionsOf(encoded)) {
      if (code === 0x70) content.header = encoded.subarray(start, end)
      if (code === 0x72) content.annotations = types.unwrap_map_simple(section)
      if (code >= 0x73) {
        content.bare = encoded.subarray(start)
        break
      }
    }
    // Throws for what readers could not read.
    decode(content.bare)
  } catch {
    throw badMessage()
  }
  if (content.bare.length === 0) throw badMessage()
  return content
}

/** Content of a message whose body is this text. */
export function textContent(text: string): Content {
  const bytes = Buffer.from(text)
  const head = Buffer.from([0x00, 0x53, 0x75, 0xb0, 0, 0, 0, 0])
  head.writeUInt32BE(bytes.length, 4)
  return { annotations: {}, bare: Buffer.concat([head, bytes]) }
}

/** The messages in one transfer: many in a batch (each a data section), or one. @throws HubError `amqp:decode-error`. */
export function readBatch(payload: Buffer, batched: boolean): { events: Buffer[]; key: string | undefined } {
  if (!batched) return { events: [payload], key: keyOf(readContent(payload)) }
  const envelope = readContent(payload)
  const events: Buffer[] = []
  for (const { code, section } of sectionsOf(envelope.bare)) {
    const value: unknown = section.value
    if (code === 0x75 && Buffer.isBuffer(value)) events.push(value)
  }
  const [first] = events.map(readContent)
  return { events, key: keyOf(envelope) ?? (first && keyOf(first)) }
}

/** Partition key of a message; undefined without one. */
export const keyOf = ({ annotations }: Content): string | undefined => textOf(annotations[KEY]) || undefined

/** What the service knows of an event. */
export interface Place {
  sequence: number
  offset: string
  /** Milliseconds. */
  enqueuedAt: number
}

/** The newest event of a partition, told with each event to readers that want to know. */
export interface Metrics {
  last: Place
  /** Milliseconds. */
  now: number
}

/** The message that a reader gets. */
export function encodeEvent({ header, annotations, bare }: Content, place: Place, metrics?: Metrics): Buffer {
  const system = {
    ...annotations,
    'x-opt-sequence-number': types.wrap_long(place.sequence),
    'x-opt-offset': place.offset,
    'x-opt-enqueued-time': types.wrap_timestamp(place.enqueuedAt),
  }
  return Buffer.concat([
    ...(header ? [header] : []),
    ...(metrics ? [mapSection(0x71, metricsMap(metrics))] : []),
    mapSection(0x72, system),
    bare,
  ])
}

const metricsMap = ({ last, now }: Metrics) => ({
  last_enqueued_sequence_number: types.wrap_long(last.sequence),
  last_enqueued_offset: last.offset,
  last_enqueued_time_utc: types.wrap_timestamp(last.enqueuedAt),
  runtime_info_retrieval_time_utc: types.wrap_timestamp(now),
})
