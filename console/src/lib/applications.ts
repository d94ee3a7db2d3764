import type { EcsDocument } from '@cordon/api'

/** An application that an event names. */
export interface NamedApplication {
  /** Object id of its service principal where the event tells that, its application ID where not. */
  id: string
  /** The id again where the event tells no name. */
  name: string
  /** Fields with the id. */
  fields: string[]
}

/** Applications that acted themselves, that something was done to, or that an alert is about. */
export const applicationsOf = (event: EcsDocument): NamedApplication[] => named(event, partyOf)

/** Applications that only carried what a person did. */
export const programsOf = (event: EcsDocument): NamedApplication[] => named(event, programOf)

type Part = Readonly<Record<string, unknown>>
/** The application that a part of an event names, and under which key. */
type Read = (part: Part | readonly Part[]) => { id: string; name: string; key: string } | undefined

/** Everywhere in the event, each once. */
function named(event: EcsDocument, read: Read): NamedApplication[] {
  const byId = new Map<string, NamedApplication>()
  const visit = (part: unknown, path: string): void => {
    if (typeof part !== 'object' || part === null) return
    const one = read(part as Part)
    if (one) {
      const { id, name, fields } = byId.get(one.id.toLowerCase()) ?? { id: one.id, name: '', fields: [] }
      byId.set(id.toLowerCase(), { id, name: name || one.name, fields: [...new Set([...fields, path + one.key])] })
    }
    if (Array.isArray(part)) part.forEach((each) => visit(each, path))
    else for (const [key, inner] of Object.entries(part)) visit(inner, `${path}${key}.`)
  }
  visit(event, '')
  return [...byId.values()].map((each) => ({ ...each, name: each.name || each.id }))
}

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i
/** An entry of Entra's `Actor` and `Target` in the unified audit log; another one there has the name. */
const ENTRY = /^ServicePrincipal_(?=[\da-f-]{36}$)/i
const NAME_TYPE = 1
const EVIDENCE = '#microsoft.graph.security.oauthApplicationEvidence'
/** However Microsoft's products write it: `servicePrincipalId`, `ServicePrincipalId`. */
const PRINCIPAL_ID = /^service_?principal_?id$/i
/** `appId`, `ApplicationId`, `ClientAppId`, `OAuthApplicationId`; where it is no GUID, Defender for Cloud Apps numbers its own. */
const APP_ID = /^(?:client|oauth)?_?app(?:lication)?_?id$/i
/** `appDisplayName`, `servicePrincipalName`, `servicePrincipalDisplayName`, `displayName`. */
const NAME = /^(?:(?:app|application|service_?principal)_?(?:display_?)?|display_?)name$/i

const partyOf: Read = (part) => {
  if (Array.isArray(part)) return entryOf(part)
  const { type, '@odata.type': evidence } = part as Part
  if (type === 'ServicePrincipal') return byKey(part as Part, /^id$/)
  return byKey(part as Part, evidence === EVIDENCE ? /^appId$/ : PRINCIPAL_ID)
}

const programOf: Read = (part) => (Array.isArray(part) ? undefined : byKey(part as Part, APP_ID))

function byKey(part: Part, pattern: RegExp) {
  const key = Object.keys(part).find((each) => pattern.test(each) && GUID.test(textOf(part[each])))
  if (key === undefined) return undefined
  const name = Object.keys(part).find((each) => NAME.test(each) && textOf(part[each]) !== '')
  return { id: textOf(part[key]), name: name === undefined ? '' : textOf(part[name]), key }
}

function entryOf(entries: readonly Part[]) {
  const texts = entries.map((entry) => ({ text: textOf(entry?.['ID']), type: entry?.['Type'] }))
  const entry = texts.find(({ text }) => ENTRY.test(text))
  if (!entry) return undefined
  const name = texts.find(({ type }) => type === NAME_TYPE)?.text ?? ''
  return { id: entry.text.replace(ENTRY, ''), name, key: 'ID' }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
