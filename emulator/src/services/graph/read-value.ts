import { GraphError, badRequest } from './errors.ts'

/** Values in bodies that clients send, checked one by one; `name` is the property's, for the refusal. */

export const invalidProperty = (name: string) =>
  new GraphError(
    400,
    'ErrorInvalidPropertySet',
    `The property '${name}' cannot be set on this item or its value is not valid.`,
  )

export function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidProperty(name)
  return value as Record<string, unknown>
}

export function list(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value) || value.length > 1000) throw invalidProperty(name)
  return value
}

export function texts(value: unknown, name: string): string[] {
  return list(value, name).map((each) => text(each, name))
}

export function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw invalidProperty(name)
  return value
}

export function truth(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw invalidProperty(name)
  return value
}

/** Enumeration members are accepted in any case and kept in the type's own. */
export function oneOf<T extends string>(members: readonly T[], value: unknown, name: string): T {
  const member = members.find((known) => known.toLowerCase() === String(value).toLowerCase())
  if (!member) throw badRequest(`Invalid value for the property '${name}'.`)
  return member
}
