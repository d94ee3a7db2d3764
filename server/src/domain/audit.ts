import { createHash } from 'node:crypto'

import type { TenantId } from './ids.ts'

/** Where a person or a program was when it acted. */
export interface Origin {
  /** With a session of the console, or with an API token; the command line says of itself that it is one. */
  via: 'console' | 'api' | 'cli'
  /** Of the client, as the server saw it. */
  address: string
  /** Name of the API token. */
  token?: string
}

/** Who did what. */
export interface AuditEntry {
  /** ISO, milliseconds. */
  at: string
  /** User name, or `system`. */
  actor: string
  tenantId?: TenantId
  /** `investigation.create`, `action-run.execute`, … */
  action: string
  /** What it was done to, why, and what was there before, as far as there is such; no secret. */
  detail: Record<string, unknown>
  /** Absent for what the server does by itself. */
  origin?: Origin
}

/** An entry in its place: it names the hash of the one before, and its own covers all of it. */
export interface ChainedEntry extends AuditEntry {
  /** From 1, without gaps, over the whole installation. */
  sequence: number
  /** Of the entry before; zeros in the first. */
  previousHash: string
  /** SHA-256, lower-case hexadecimal, see {@link hashEntry}. */
  hash: string
}

/** The newest entry. */
export type AuditHead = Pick<ChainedEntry, 'sequence' | 'hash'>

/** What stands before the first entry. */
export const GENESIS: AuditHead = { sequence: 0, hash: '0'.repeat(64) }

/** Actions of entries that the log writes about itself. */
export const LOG_ACTIONS = { sealed: 'audit.seal', broken: 'audit.break' } as const

/** Entries in their places behind `head`. They must be as they will be read back: JSON and nothing else. */
export function chainAfter(head: AuditHead, entries: readonly AuditEntry[]): ChainedEntry[] {
  let last = head
  return entries.map((entry) => {
    const placed = { ...entry, sequence: last.sequence + 1, previousHash: last.hash }
    const chained = { ...placed, hash: hashEntry(placed) }
    last = chained
    return chained
  })
}

/**
 * SHA-256 of the entry without its own hash, as canonical JSON (RFC 8785) in UTF-8; what is absent is left out.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function hashEntry({ hash: _own, ...entry }: Omit<ChainedEntry, 'hash'> & { hash?: string }): string {
  return createHash('sha256').update(canonicalJson(entry)).digest('hex')
}

/** JSON with names in the order of their UTF-16 code units and without spaces: RFC 8785. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join()}}`
}
