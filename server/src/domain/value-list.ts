import type { TenantId } from './ids.ts'

/**
 * What a rule cannot know and the tenant does, under a name: countries where people work, accounts of services, indicators of an
 * attack. A rule looks it up with `expand: '%NAME%'`; a change counts from the next event on.
 */
export interface ValueList {
  tenantId: TenantId
  name: string
  /** What its values are, for people; empty where nobody said. */
  description: string
  createdBy: string
  createdAt: string
}

/** A value of a list; each once. */
export interface ListedValue {
  /** As a rule's values are written: `*` and `?` are wildcards. */
  value: string
  /** Why it is there. */
  note?: string
  /** From this moment on it no longer counts; never when absent. */
  expiresAt?: string
  addedBy: string
  addedAt: string
}

/** A list with what is on it, expired values too. */
export interface FilledList extends ValueList {
  values: ListedValue[]
}

/** Values that a list may hold: each becomes part of every rule that names the list. */
export const LIST_VALUES_MAX = 10_000

/** Of those, values with wildcards: each is tried on every event, where the others are looked up. */
export const LIST_WILDCARDS_MAX = 500

/** Whether a value of a list, written as those of rules are, holds a wildcard. */
export function hasWildcard(value: string): boolean {
  return /[*?]/.test(value.replaceAll(/\\[\\*?]/g, ''))
}
