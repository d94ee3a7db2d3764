import type { Normalizer } from '#normalize/normalizer.ts'
import { o365Audit } from './o365.audit/normalizer.ts'

/** Every normalizer, one line each. */
export const NORMALIZERS: readonly Normalizer[] = [o365Audit]
