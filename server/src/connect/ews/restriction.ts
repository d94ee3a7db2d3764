import { escapeXml } from './xml.ts'

/**
 * `<m:Restriction>`: which items FindItem answers with.
 *
 * @see https://learn.microsoft.com/exchange/client-developer/web-service-reference/restriction
 */
export type Restriction = string

type Field = 'item:Subject' | 'item:DateTimeReceived' | 'message:InternetMessageId'

/** Equal without regard to case. */
export function isEqualTo(field: Field, value: string): Restriction {
  return comparison('IsEqualTo', field, value)
}

/** Contains the text, without regard to case. */
export function contains(field: Field, value: string): Restriction {
  return `<t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase">${path(field)}${constant(value)}</t:Contains>`
}

/** `value`: ISO 8601 with zone. */
export function isNotBefore(field: Field, value: string): Restriction {
  return comparison('IsGreaterThanOrEqualTo', field, value)
}

/** `value`: ISO 8601 with zone. */
export function isBefore(field: Field, value: string): Restriction {
  return comparison('IsLessThan', field, value)
}

export function allHold(restrictions: readonly Restriction[]): Restriction {
  return restrictions.length === 1 ? restrictions[0]! : `<t:And>${restrictions.join('')}</t:And>`
}

export function anyHolds(restrictions: readonly Restriction[]): Restriction {
  return restrictions.length === 1 ? restrictions[0]! : `<t:Or>${restrictions.join('')}</t:Or>`
}

function comparison(name: string, field: Field, value: string): Restriction {
  return `<t:${name}>${path(field)}<t:FieldURIOrConstant>${constant(value)}</t:FieldURIOrConstant></t:${name}>`
}

function path(field: Field): string {
  return `<t:FieldURI FieldURI="${field}"/>`
}

function constant(value: string): string {
  return `<t:Constant Value="${escapeXml(value)}"/>`
}
