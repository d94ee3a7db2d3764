import { createHash } from 'node:crypto'

/**
 * Identities. Everything that can be read twice from Microsoft gets an identity computed from what it *is*, so that
 * reading it again changes nothing. Only what people make (a connection, an investigation) gets a random one.
 */

declare const tenantIdBrand: unique symbol

/** The tenant that data belongs to: the Entra directory (tenant) ID, lower case. Every read and write of a store names one. */
export type TenantId = string & { readonly [tenantIdBrand]: true }

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The directory ID as a {@link TenantId}, or undefined when `value` is not a GUID. */
export function parseTenantId(value: string): TenantId | undefined {
  const id = value.trim().toLowerCase()
  return GUID.test(id) ? (id as TenantId) : undefined
}

/** A GUID-shaped identity that depends on `parts` alone; the parts are joined so that ("a", "bc") and ("ab", "c") differ. */
export function stableId(...parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  const hex = hash.digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}
