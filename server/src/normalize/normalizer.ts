import type { EcsEvent } from '#domain/event.ts'
import type { NormalizeOutcome } from '#domain/outcome.ts'
import type { JsonObject } from './json.ts'

/**
 * A normalizer turns one record of a dataset into one ECS event. It is a list of steps, each with a name: what a step
 * throws quarantines the record under that name, so whoever looks at the quarantine knows where to look in the code.
 * A normalizer knows no clock and no network: the same record gives the same event, byte for byte, for ever.
 */
export interface Normalizer {
  /** Elastic's dataset name: `o365.audit`. */
  readonly dataset: string
  /** For people: "Office 365 audit log". */
  readonly title: string
  /** A line of text is a record, too. */
  readonly takesText: boolean
  /** The record with its value, or as it came where its text has none: what is wrong with it is {@link normalize}'s to say. */
  parse(text: string): RawRecord
  /**
   * How this record ends; never throws. `arrivedAt`, ISO 8601, is when it came, where that is known and stays the same however
   * often the record is read: a record that says no time itself is placed there, and its event says so in `cordon.time_source`.
   */
  normalize(record: RawRecord, arrivedAt?: string): NormalizeOutcome
}

/** A record as it came: its text alone, or with its value where somebody parsed it already. */
export type RawRecord = string | { text: string; value: unknown }

/** One named step: reads the source, writes the event. */
export interface Step<Source> {
  readonly name: string
  run(source: Source, event: EcsEvent): void
}

/** What a dataset's steps read. `raw` becomes {@link NormalizedEvent.raw}. */
export interface RecordSource {
  readonly raw: JsonObject
  /** The record's own text, where it came inside something else: becomes {@link NormalizedEvent.original}. */
  readonly text?: string
}

export interface NormalizerDefinition<Source extends RecordSource> {
  readonly dataset: string
  readonly title: string
  /** How a record's text is read, where it may be something else than JSON; what it throws quarantines at `parse`. */
  readonly parse?: (text: string) => unknown
  /** The first step: what the others read, from the parsed value; undefined for a record without content. */
  readonly open: { readonly name: string; run(value: unknown, text: string): Source | undefined }
  /** In order; a function chooses the step by the record. */
  readonly steps: readonly (Step<Source> | ((source: Source) => Step<Source>))[]
}

/** A fault of the record, said in one sentence that repeats none of its content. */
export class RecordFault extends Error {
  override readonly name = 'RecordFault'
}

/** The record says no time, or what it says is none: it can be placed only by its arrival. */
export class TimeFault extends RecordFault {}

/** A normalizer from its definition. */
export function defineNormalizer<Source extends RecordSource>(definition: NormalizerDefinition<Source>): Normalizer {
  const { dataset, title, parse: valueOf = JSON.parse, open, steps } = definition

  function parse(text: string): RawRecord {
    try {
      return { text, value: valueOf(text) }
    } catch {
      return text
    }
  }

  function normalize(record: RawRecord, arrivedAt?: string): NormalizeOutcome {
    const original = typeof record === 'string' ? record : record.text
    if (isBlank(original)) return { outcome: 'dropped', reason: 'empty' }
    let step = 'parse'
    try {
      const value: unknown = typeof record === 'string' ? valueOf(original) : record.value
      step = open.name
      const source = open.run(value, original)
      if (source === undefined) return { outcome: 'dropped', reason: 'empty' }
      const event: EcsEvent = { '@timestamp': '', message: '', event: { id: '', dataset, kind: 'event' } }
      for (const entry of steps) {
        const chosen = typeof entry === 'function' ? entry(source) : entry
        step = chosen.name
        try {
          chosen.run(source, event)
        } catch (error) {
          if (!(error instanceof TimeFault) || arrivedAt === undefined) throw error
          placeAt(arrivedAt, event)
        }
      }
      return { outcome: 'kept', event, raw: source.raw, original: source.text ?? original }
    } catch (error) {
      return { outcome: 'quarantined', step, error: describe(step, error), original }
    }
  }

  return { dataset, title, takesText: definition.parse !== undefined, parse, normalize }
}

/**
 * How records end, in order. All of them are parsed before the first is normalized, which costs an eighth less than one after the
 * other ([ADR 10](../../../docs/adr/0010-events-become-bytes-at-once.md)); give it a few, as the values of all are there at one time.
 */
export function normalizeAll(
  { parse, normalize }: Normalizer,
  texts: readonly string[],
  arrivedAt?: string,
): NormalizeOutcome[] {
  return texts.map((text) => parse(text)).map((record) => normalize(record, arrivedAt))
}

function placeAt(arrivedAt: string, event: EcsEvent): void {
  event['@timestamp'] = arrivedAt
  event.event.created = arrivedAt
  event.cordon = { time_source: 'arrival' }
}

/** Nearly every record begins with its brace. */
function isBlank(text: string): boolean {
  return !text.startsWith('{') && text.trim() === ''
}

/** Only our own sentences are passed on: the parser's and the engine's messages quote the record. */
function describe(step: string, error: unknown): string {
  if (error instanceof RecordFault) return error.message
  if (step === 'parse') return `The text is not JSON${positionOf(error)}.`
  return `The step failed with ${error instanceof Error ? error.name : typeof error}.`
}

function positionOf(error: unknown): string {
  const position = error instanceof SyntaxError ? / at position (\d+)/.exec(error.message) : null
  return position ? ` at character ${position[1]}` : ''
}
