import type { Readable } from 'node:stream'

import { readAuditFile } from '#collect/files/read-audit-file.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import type { EcsEvent } from '#domain/event.ts'
import type { NormalizeOutcome } from '#domain/outcome.ts'
import { normalizerOf } from '#normalize/normalize-record.ts'
import { normalizeAll } from '#normalize/normalizer.ts'

/** How one record ended, as `cordon normalize` prints it: the event alone, or why there is none, and the line it starts on. */
export type OutcomeLine =
  | { outcome: 'kept'; event: EcsEvent }
  | { outcome: 'dropped'; line: number; reason: string }
  | { outcome: 'quarantined'; line: number; step: string; error: string }

/**
 * The outcome of every record of a file or stream, in order, without a store. A record that says no time is placed where it
 * arrived: when the file was last written, or now for a stream.
 *
 * @throws AppError DATASET_NAME_UNKNOWN, IMPORT_FILE_UNREADABLE, IMPORT_FORMAT_UNKNOWN, IMPORT_FILE_TRUNCATED.
 */
export async function* normalizeFile(
  dataset: string,
  source: string | Readable,
  clock: Clock,
): AsyncGenerator<OutcomeLine> {
  const { normalize, takesText } = normalizerOf(dataset)
  const file = readAuditFile(source, 'standard input', takesText)
  const arrivedAt = file.modifiedAt ?? isoTime(clock.now())
  for await (const records of file) {
    for (const { text, line } of records) {
      const outcome = normalize(text, arrivedAt)
      if (outcome.outcome === 'kept') yield { outcome: 'kept', event: outcome.event }
      else if (outcome.outcome === 'dropped') yield { ...outcome, line }
      else yield { outcome: 'quarantined', line, step: outcome.step, error: outcome.error }
    }
  }
}

/** @throws AppError DATASET_NAME_UNKNOWN, naming the known ones. */
export function checkDataset(dataset: string): void {
  normalizerOf(dataset)
}

/** Texts of a few records in a dataset → their outcomes, in order. @throws AppError DATASET_NAME_UNKNOWN. */
export function outcomesOf(dataset: string): (texts: readonly string[]) => NormalizeOutcome[] {
  const normalizer = normalizerOf(dataset)
  return (texts) => normalizeAll(normalizer, texts)
}
