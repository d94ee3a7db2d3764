import { preferenceApplied, preferencesOf } from './preferences.ts'
import type { Call } from '#services/graph/route.ts'

/**
 * Evolvable enumerations: members that came after `unknownFutureValue` are shown as `unknownFutureValue`, unless the client
 * says `Prefer: include-unknown-enum-members`. A service names the properties that hold such an enumeration once, and
 * shows its answers through {@link asPreferred}.
 */
export interface Evolvable {
  /** `microsoft.graph.security.serviceSource` */
  readonly type: string
  /** The members after `unknownFutureValue`. */
  readonly later: ReadonlySet<string>
}

/** Every one that a service has named, so that a test can hold it to the published schema. */
export const EVOLVABLE: Evolvable[] = []

/** Names the members of an enumeration that come after `unknownFutureValue`. */
export function evolvable(type: string, ...later: string[]): Evolvable {
  const made = { type, later: new Set(later) }
  EVOLVABLE.push(made)
  return made
}

/** By path: `serviceSource`, `evidence/verdict`. Lists on the way are gone through. */
export type EvolvableProperties = Readonly<Record<string, Evolvable>>

/** Values as this client may see them, and the header that says so. */
export function asPreferred<T extends object>(
  { request }: Pick<Call, 'request'>,
  properties: EvolvableProperties,
  values: readonly T[],
): { values: readonly T[]; headers: Record<string, string> } {
  if (preferencesOf(request).unknownEnumMembers)
    return { values, headers: preferenceApplied('include-unknown-enum-members') }
  const paths = Object.entries(properties).map(([path, { later }]) => ({ path: path.split('/'), later }))
  return {
    values: values.map((value) => paths.reduce<T>((shown, { path, later }) => hidden(shown, path, later) as T, value)),
    headers: {},
  }
}

function hidden(value: unknown, path: readonly string[], later: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => hidden(each, path, later))
  const [name, ...rest] = path
  if (name === undefined) return typeof value === 'string' && later.has(value) ? 'unknownFutureValue' : value
  if (typeof value !== 'object' || value === null || !(name in value)) return value
  return { ...value, [name]: hidden((value as Record<string, unknown>)[name], rest, later) }
}
