import { GraphError, badRequest, notImplemented } from '#services/graph/errors.ts'
import type { Query } from '#http/exchange.ts'

/** Says 501 for a query option that the operation does not know, so that nobody mistakes silence for support. */
export function allowOptions(query: Query, allowed: readonly string[]): void {
  const unknown = query.names.find(
    (name) => name.startsWith('$') && !allowed.some((known) => known.toLowerCase() === name.toLowerCase()),
  )
  if (unknown) throw notImplemented(`the query option ${unknown} here`)
}

/** `$top`, within [1, `most`]. @throws GraphError where it is not. */
export function readTop(query: Query, usual: number, most: number, tooLarge: (top: string) => GraphError): number {
  const text = query.get('$top')
  if (text === undefined) return usual
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1)
    throw badRequest(
      `Invalid value '${text}' for $top query option found. The $top query option requires a non-negative integer value.`,
    )
  if (Number(text) > most) throw tooLarge(text)
  return Number(text)
}

export function readSkip(query: Query): number {
  const text = query.get('$skip') ?? '0'
  if (!/^\d{1,9}$/.test(text))
    throw badRequest(
      `Invalid value '${text}' for $skip query option found. The $skip query option requires a non-negative integer value.`,
    )
  return Number(text)
}

/** `$select` as property names spelled as the type spells them. @throws GraphError for a property the type lacks. */
export const readSelect = (query: Query, properties: readonly string[], type: string): string[] | undefined =>
  readNames(query.get('$select'), properties, type)

/** Names separated by commas, spelled as the type spells them. @throws GraphError for a property the type lacks. */
export function readNames(text: string | undefined, properties: readonly string[], type: string): string[] | undefined {
  if (!text?.trim()) return undefined
  return text.split(',').map((raw) => {
    const name = raw.trim()
    const property = properties.includes(name)
      ? name
      : properties.find((known) => known.toLowerCase() === name.toLowerCase())
    if (!property)
      throw new GraphError(
        400,
        'RequestBroker--ParseUri',
        `Could not find a property named '${name}' on type '${type}'.`,
      )
    return property
  })
}

/** The properties selected, of those there are. */
export const project = (value: Record<string, unknown>, names: readonly string[]) =>
  Object.fromEntries(names.filter((name) => name in value).map((name) => [name, value[name]]))
