import type { Verdict } from '@cordon/api'

/** What an alert turned out to be, in words. */
export const VERDICTS: Record<Verdict, string> = {
  'true-positive': 'True positive',
  benign: 'Harmless, as expected',
  'false-positive': 'False positive',
  duplicate: 'Duplicate',
}
