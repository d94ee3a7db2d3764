import { AppError } from '#domain/errors.ts'
import type { NormalizeOutcome } from '#domain/outcome.ts'
import { NORMALIZERS } from './datasets/index.ts'
import type { Normalizer, RawRecord } from './normalizer.ts'

const BY_DATASET = new Map(NORMALIZERS.map((normalizer) => [normalizer.dataset, normalizer]))

/**
 * The normalizer of a dataset.
 *
 * @throws AppError DATASET_NAME_UNKNOWN, naming the known ones.
 */
export function normalizerOf(dataset: string): Normalizer {
  const normalizer = BY_DATASET.get(dataset)
  if (normalizer) return normalizer
  throw new AppError({
    code: 'DATASET_NAME_UNKNOWN',
    what: `Could not normalize records of dataset "${dataset}".`,
    why: 'No normalizer has this name.',
    fix: `Use one of: ${[...BY_DATASET.keys()].join(', ')}.`,
  })
}

/**
 * How one record of a dataset ends: kept with its event, dropped with a reason, or quarantined at a named step.
 * Nothing in a record makes it throw. The event shares values with `raw`: treat both as read-only.
 *
 * @throws AppError DATASET_NAME_UNKNOWN, naming the known ones.
 */
export function normalizeRecord(dataset: string, record: RawRecord, arrivedAt?: string): NormalizeOutcome {
  return normalizerOf(dataset).normalize(record, arrivedAt)
}
