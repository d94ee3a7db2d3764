import { textOf } from '#normalize/json.ts'
import { isGuid } from './guid.ts'

/** ECS `user.*` as far as an identifier tells. Names, addresses and GUIDs are folded to lower case. */
export interface UserFields {
  id: string
  name?: string
  domain?: string
  email?: string
  /** The display name, as Microsoft spells it. */
  full_name?: string
}

const SID = /^S-1-\d+(?:-\d+)+$/i
const SHAREPOINT_GUEST = 'urn:spo:guest#'
/** In a guest's principal name, behind the address at home with `_` for its `@`: no domain has a `_`. */
const GUEST = '#ext#@'
const SERVICE_PRINCIPAL = /^serviceprincipal_/i

/**
 * Who `value` names, from every form Microsoft writes: a user principal name, a GUID, a SID, `ServicePrincipal_<GUID>`,
 * `urn:spo:guest#<mail>`, `<mail>#EXT#@<tenant>`, `SHAREPOINT\system`, `NT AUTHORITY\SYSTEM (<program>)`, or a service's plain name.
 * Undefined where it says nobody ("Not Available", "<null>", "").
 */
export function parseUser(value: unknown): UserFields | undefined {
  const text = textOf(value)
  const folded = text?.toLowerCase()
  if (text === undefined || folded === undefined || folded === 'unknown') return undefined
  if (folded.startsWith(SHAREPOINT_GUEST)) return { ...fromMail(folded.slice(SHAREPOINT_GUEST.length)), id: folded }
  const guest = folded.indexOf(GUEST)
  if (guest > 0) return { ...fromMail(folded.slice(0, guest).replace(/_(?=[^_]*$)/, '@')), id: folded }
  const at = folded.lastIndexOf('@')
  if (at > 0 && at < folded.length - 1 && !folded.includes(' ')) return fromMail(folded)
  if (isGuid(folded)) return { id: folded }
  if (SID.test(text)) return { id: text.toUpperCase() }
  if (SERVICE_PRINCIPAL.test(text)) return { id: folded.slice('serviceprincipal_'.length) }
  const slash = folded.indexOf('\\')
  if (slash > 0) {
    const name = withoutProgram(folded.slice(slash + 1))
    return { id: text, ...(name !== '' && { name }), domain: folded.slice(0, slash) }
  }
  return { id: text, name: folded }
}

/** `system (microsoft.exchange.servicehost)` is the account `system` used by a program. */
function withoutProgram(name: string): string {
  const program = name.indexOf(' (')
  return program > 0 ? name.slice(0, program) : name
}

function fromMail(mail: string): UserFields {
  const at = mail.lastIndexOf('@')
  if (at <= 0 || at === mail.length - 1) return { id: mail, ...(mail !== '' && { name: mail }) }
  return { id: mail, name: mail.slice(0, at), domain: mail.slice(at + 1), email: mail }
}

/**
 * Who Entra names with several fields: the object's id (GUID), the user principal name, the display name. The id is the
 * GUID, which stays when a user is renamed. Undefined where none of them says anybody.
 */
export function parseIdentity(identity: {
  id?: unknown
  upn?: unknown
  displayName?: unknown
}): UserFields | undefined {
  const id = parseUser(identity.id)
  const named = parseUser(identity.upn)
  const displayName = textOf(identity.displayName)
  const user = named ?? id ?? (displayName === undefined ? undefined : { id: displayName })
  if (user === undefined) return undefined
  return {
    ...user,
    id: id?.id ?? user.id,
    ...(displayName !== undefined && { full_name: displayName }),
  }
}

/** What to call a user in a sentence: the address, else the display name, else the identifier. */
export function nameOf(user: UserFields | undefined): string | undefined {
  return user?.email ?? user?.full_name ?? user?.id
}
