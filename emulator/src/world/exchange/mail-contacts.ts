import { none } from '#world/objects.ts'
import type { Kind } from '#world/objects.ts'

/** A name in the address book for somebody outside: what is sent to it goes to the external address. */
export interface MailContact {
  id: string
  name: string
  alias: string
  externalAddress: string
  /** By which it can be written to, the primary one first: at the beginning the external one, later any of the company. */
  addresses: readonly string[]
}

/** Ids are object ids. */
export const mailContacts: Kind<MailContact> = { name: 'exchange.mailContact', born: none }
