import { badRequest } from '#services/graph/errors.ts'

/** Properties of alerts and incidents that callers set, with the values they take. */

export const CLASSIFICATIONS = ['unknown', 'falsePositive', 'truePositive', 'informationalExpectedActivity'] as const

export const DETERMINATIONS = [
  ...(['unknown', 'apt', 'malware', 'securityPersonnel', 'securityTesting', 'unwantedSoftware', 'other'] as const),
  ...(['multiStagedAttack', 'compromisedAccount', 'phishing', 'maliciousUserActivity', 'notMalicious'] as const),
  ...(['notEnoughDataToValidate', 'confirmedActivity', 'lineOfBusinessApplication'] as const),
]

export const ALERT_STATUSES = ['new', 'inProgress', 'resolved'] as const
export const INCIDENT_STATUSES = ['active', 'inProgress', 'resolved'] as const
export const SEVERITIES = ['informational', 'low', 'medium', 'high'] as const

/** A property's new value out of a request. @throws GraphError BadRequest. */
export type Reader = (value: unknown, name: string) => unknown

/** A member in any case, as the enumeration spells it. */
export const memberOf =
  (members: readonly string[]): Reader =>
  (value, name) => {
    const member = typeof value === 'string' && members.find((known) => known.toLowerCase() === value.toLowerCase())
    if (!member) throw invalid(name, value)
    return member
  }

export const text: Reader = (value, name) => {
  if (typeof value !== 'string') throw invalid(name, value)
  return value
}

export const texts: Reader = (value, name) => {
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) throw invalid(name, value)
  return value
}

export const object: Reader = (value, name) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(name, value)
  return value
}

/** Null as well. */
export const orNull =
  (read: Reader): Reader =>
  (value, name) =>
    value === null ? null : read(value, name)

const invalid = (name: string, value: unknown) =>
  badRequest(`Invalid value for property '${name}': ${JSON.stringify(value)?.slice(0, 100)}.`)

/**
 * The changes that a body asks for. Annotations are passed over.
 *
 * @throws GraphError BadRequest for a property that cannot be changed, a value it cannot take, or nothing to change.
 */
export function readChanges(body: Record<string, unknown>, readers: Record<string, Reader>, type: string) {
  const given = Object.entries(body).filter(([name]) => !name.includes('@'))
  if (given.length === 0) throw badRequest('The request body names no property to change.')
  const changes = given.map(([name, value]) => {
    const property = Object.keys(readers).find((known) => known.toLowerCase() === name.toLowerCase())
    if (!property) throw badRequest(`The property '${name}' of type '${type}' cannot be updated.`)
    return [property, readers[property]!(value, property)]
  })
  return Object.fromEntries(changes) as Record<string, unknown>
}
