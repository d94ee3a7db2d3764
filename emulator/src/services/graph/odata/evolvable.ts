import { preferenceApplied, preferencesOf } from './preferences.ts'
import type { Call } from '#services/graph/route.ts'

/**
 * Evolvable enumerations: members that came after `unknownFutureValue` are shown as `unknownFutureValue`, unless the client
 * says `Prefer: include-unknown-enum-members`. A service names the enumeration once and shows its values through
 * {@link shownMember}.
 */
export interface Evolvable {
  /** `microsoft.graph.security.serviceSource` */
  readonly type: string
  /** The members after `unknownFutureValue`. */
  readonly later: ReadonlySet<string>
}

/** Every one that a service has named, so that a test can hold it to the published schema. */
export const EVOLVABLE: Evolvable[] = []

/** Names the members of an enumeration that come after `unknownFutureValue`, in their order, with spaces between them. */
export function evolvable(type: string, later: string): Evolvable {
  const made = { type, later: new Set(later.split(/\s+/)) }
  EVOLVABLE.push(made)
  return made
}

type Asking = Pick<Call, 'request'>

/** A member as this client may see it. */
export const shownMember = ({ request }: Asking, { later }: Evolvable, member: string): string =>
  later.has(member) && !preferencesOf(request).unknownEnumMembers ? 'unknownFutureValue' : member

/** `Preference-Applied` where the client asked for all members. */
export const enumPreferenceApplied = ({ request }: Asking): Record<string, string> =>
  preferenceApplied(preferencesOf(request).unknownEnumMembers && 'include-unknown-enum-members')
