import type { LogRecord } from '#normalize/azure/log-record.ts'
import { isObject, textOf } from '#normalize/json.ts'

/** Who signs in, and whether in person. */
export interface SignInKind {
  /** Of the diagnostic setting. */
  category: string
  /** Of Graph's `signInEventTypes`. */
  eventType: string
  who: 'person' | 'application' | 'managed identity'
}

const INTERACTIVE = { category: 'SignInLogs', eventType: 'interactiveUser', who: 'person' } as const
const NON_INTERACTIVE = {
  category: 'NonInteractiveUserSignInLogs',
  eventType: 'nonInteractiveUser',
  who: 'person',
} as const
const APPLICATION = {
  category: 'ServicePrincipalSignInLogs',
  eventType: 'servicePrincipal',
  who: 'application',
} as const
const MANAGED = {
  category: 'ManagedIdentitySignInLogs',
  eventType: 'managedIdentity',
  who: 'managed identity',
} as const
const FEDERATED = { category: 'ADFSSignInLogs', eventType: 'federated', who: 'person' } as const

const KINDS: readonly SignInKind[] = [INTERACTIVE, NON_INTERACTIVE, APPLICATION, MANAGED, FEDERATED]

/** The categories of diagnostic settings that hold sign-ins. */
export const SIGN_IN_CATEGORIES: readonly string[] = KINDS.map(({ category }) => category)

/** The kind, from the category, from what Graph's beta says, else from who signs in: v1.0 says neither. */
export function kindOf({ envelope, properties }: LogRecord): SignInKind {
  const said = textOf(envelope.category)
  const types = Array.isArray(properties.signInEventTypes) ? properties.signInEventTypes : []
  const named = KINDS.find(({ category, eventType }) => category === said || types.includes(eventType))
  if (named !== undefined) return named
  if (textOf(properties.userId) === undefined && textOf(properties.servicePrincipalId) !== undefined) {
    return isObject(properties.managedServiceIdentity) ? MANAGED : APPLICATION
  }
  return properties.isInteractive === false ? NON_INTERACTIVE : INTERACTIVE
}
