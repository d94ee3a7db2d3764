import type { Request } from '#http/exchange.ts'

/** What a client asked for in `Prefer`, which a service may follow; it says so in `Preference-Applied`. */
export interface Preferences {
  /** `odata.maxpagesize`: at most so many in a page. */
  maxPageSize?: number
  /** `include-unknown-enum-members`: members that came after an enumeration's `unknownFutureValue`. */
  unknownEnumMembers: boolean
}

export function preferencesOf({ headers }: Pick<Request, 'headers'>): Preferences {
  const asked = (headers['prefer'] ?? '').split(/[,;]/).map((each) => each.trim().toLowerCase())
  const size = asked.map((each) => /^odata\.maxpagesize\s*=\s*"?(\d{1,6})"?$/.exec(each)?.[1]).find(Boolean)
  return {
    ...(size !== undefined && Number(size) > 0 ? { maxPageSize: Number(size) } : {}),
    unknownEnumMembers: asked.includes('include-unknown-enum-members'),
  }
}

/** The header that says which preferences were followed; none where none was. */
export function preferenceApplied(...followed: readonly (string | false | undefined)[]): Record<string, string> {
  const all = followed.filter(Boolean)
  return all.length > 0 ? { 'preference-applied': all.join(', ') } : {}
}
