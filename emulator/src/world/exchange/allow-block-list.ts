import { createHash } from 'node:crypto'

import { none } from '#world/objects.ts'
import type { Kind } from '#world/objects.ts'

/** The Tenant Allow/Block List: senders, URLs, files and addresses that filtering lets through or stops. */
export interface ListItem {
  /** Opaque, `RgAAAA…`. */
  identity: string
  listType: ListType
  value: string
  action: 'Allow' | 'Block'
  notes: string
  listSubType: 'Tenant' | 'AdvancedDelivery'
  /** Milliseconds of tenant time; null where it does not expire on a day. */
  expiresAt: number | null
  /** Days after the last use; null where that does not matter. */
  removeAfter: number | null
  createdAt: number
  modifiedAt: number
  modifiedBy: string
}

export const LIST_TYPES = ['Sender', 'Url', 'FileHash', 'IP'] as const
export type ListType = (typeof LIST_TYPES)[number]

/** Ids are identities. Nothing is listed at birth. */
export const allowBlockItems: Kind<ListItem> = { name: 'exchange.allowBlockItem', born: none }

/** `EntryValueHash`: SHA-256 of the value in lower case, base64. */
export const valueHash = (value: string): string => createHash('sha256').update(value.toLowerCase()).digest('base64')

/** One sender that may, or may not, pretend to be somebody. */
export interface SpoofItem {
  identity: string
  spoofedUser: string
  sendingInfrastructure: string
  spoofType: 'External' | 'Internal'
  action: 'Allow' | 'Block'
}

/** Ids are identities. */
export const spoofItems: Kind<SpoofItem> = { name: 'exchange.spoofItem', born: none }

/** Why a value cannot stand in a list; undefined where it can. */
export function problemOf(listType: ListType, value: string): string | undefined {
  switch (listType) {
    case 'Sender':
      return /^(?:[^\s@]+@)?(?:\*\.)?[a-z\d](?:[\w-]*\.)+[a-z]{2,}$/i.test(value)
        ? undefined
        : `'${value}' is not a valid e-mail address or domain.`
    case 'Url':
      if (value.length > 250) return `'${value.slice(0, 50)}…' is longer than 250 characters.`
      return /^[^\s/@?#]+\.[^\s]+$/.test(value.replace(/^[~*]\.?|^https?:\/\//i, ''))
        ? undefined
        : `'${value}' is not a valid URL entry.`
    case 'FileHash':
      return /^[\da-f]{64}$/i.test(value) ? undefined : `'${value}' is not a valid SHA256 file hash.`
    case 'IP':
      return /^[\da-f:]*:[\da-f:]*(?:\/\d{1,3})?$/i.test(value) ? undefined : `'${value}' is not a valid IPv6 address.`
  }
}
