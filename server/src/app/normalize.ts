import type { Readable } from 'node:stream'

import { readAuditFile } from '#collect/files/read-audit-file.ts'
import type { EcsEvent } from '#domain/event.ts'
import { normalizerOf } from '#normalize/normalize-record.ts'

/** How one record ended, as `cordon normalize` prints it: the event alone, or why there is none. */
export type OutcomeLine =
  | { outcome: 'kept'; event: EcsEvent }
  | { outcome: 'dropped'; reason: string }
  | { outcome: 'quarantined'; step: string; error: string }

/**
 * The outcome of every record of a file or stream, in order, without a store.
 *
 * @throws AppError DATASET_NAME_UNKNOWN, IMPORT_FILE_UNREADABLE, IMPORT_FORMAT_UNKNOWN, IMPORT_FILE_TRUNCATED.
 */
export async function* normalizeFile(dataset: string, source: string | Readable): AsyncGenerator<OutcomeLine> {
  const { normalize } = normalizerOf(dataset)
  for await (const records of readAuditFile(source, 'standard input')) {
    for (const { text } of records) {
      const outcome = normalize(text)
      if (outcome.outcome === 'kept') yield { outcome: 'kept', event: outcome.event }
      else if (outcome.outcome === 'dropped') yield outcome
      else yield { outcome: 'quarantined', step: outcome.step, error: outcome.error }
    }
  }
}

/** @throws AppError DATASET_NAME_UNKNOWN, naming the known ones. */
export function checkDataset(dataset: string): void {
  normalizerOf(dataset)
}
