import { hasMailbox } from '#world/directory.ts'
import { Membership } from '#world/groups.ts'
import { isOwnAddress, personAt } from '#world/mail/addresses.ts'
import { mailContacts } from '#world/exchange/mail-contacts.ts'
import { random } from '#world/random.ts'
import type { MailAddress } from '#world/mail/item.ts'
import type { Group } from '#world/groups.ts'
import type { MailContact } from '#world/exchange/mail-contacts.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Person } from '#world/directory.ts'
import type { Tenant } from '#cloud.ts'
import type { World } from '#world/world.ts'

import { notFound } from './errors.ts'

/** How Exchange names people: by object id, address, alias, display name or old-style X.500 name. */

const X500 = '/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn='

const dnOf = (id: string, alias: string): string => `${X500}${id.replaceAll('-', '')}-${alias.slice(0, 8)}`

export const legacyDn = (person: Person): string => dnOf(person.id, aliasOf(person))

export const aliasOf = ({ userPrincipalName }: Person): string => userPrincipalName.split(/[@#]/)[0]!

/** `EMUPR01A001.PROD.OUTLOOK.EXAMPLE/…/<tenant>/<object id>` */
export const canonicalName = (world: World, person: Person): string =>
  `EMUPR01A001.PROD.OUTLOOK.EXAMPLE/Microsoft Exchange Hosted Organizations/${world.initialDomain}/${person.id}`

export const mailboxGuid = (world: World, person: Person): string =>
  random(world.seed, 'mailbox guid', person.index).guid()

/** Whoever an identity names, without walking through everybody; undefined for nobody. */
export function findPerson(tenant: Tenant, identity: string): Person | undefined {
  const { world } = tenant
  const wanted = identity.trim().replace(/^(smtp|sip):/i, '')
  const x500 = /cn=([\da-f]{32})-[^/]*$/i.exec(wanted)?.[1]
  const guid = x500
    ? x500.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    : /([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i.exec(wanted)?.[1]
  const found = world.directory.find(guid?.toLowerCase() ?? wanted) ?? personAt(world, wanted)
  if (found || wanted.includes('@')) return found
  // Names make addresses, so that an alias or display name leads to one.
  const guess = world.directory.find(`${wanted.toLowerCase().replaceAll(' ', '.')}@${world.domain}`)
  return guess && [guess.displayName, aliasOf(guess)].some((name) => name.toLowerCase() === wanted.toLowerCase())
    ? guess
    : undefined
}

/** The owner of a mailbox. @throws ExchangeError ManagementObjectNotFoundException. */
export function ownerNamed(tenant: Tenant, identity: string): Person {
  const person = findPerson(tenant, identity)
  if (!person || !hasMailbox(person)) throw notFound(identity)
  return person
}

export const mailboxNamed = (tenant: Tenant, identity: string): Mailbox => tenant.mailbox(ownerNamed(tenant, identity))!

/** A contact by object id, any of its addresses, alias, name or old-style name. */
export function findContact(tenant: Tenant, identity: string): MailContact | undefined {
  const wanted = identity
    .trim()
    .replace(/^smtp:/i, '')
    .toLowerCase()
  return [...tenant.objects(mailContacts).all()].find(({ id, name, alias, externalAddress, addresses }) =>
    [id, name, alias, externalAddress, ...addresses, dnOf(id, alias)].some((each) => each.toLowerCase() === wanted),
  )
}

/** A group that mail can be sent to, in the same ways. */
export function findMailGroup(tenant: Tenant, identity: string): Group | undefined {
  const wanted = identity
    .trim()
    .replace(/^smtp:/i, '')
    .toLowerCase()
  return new Membership(tenant)
    .all()
    .find(
      ({ id, mail, mailNickname, displayName }) =>
        mail !== null &&
        [id, mail, mailNickname, displayName, dnOf(id, mailNickname)].some((each) => each?.toLowerCase() === wanted),
    )
}

/** As rules show them: `"Name" [EX:/o=…]` for whom the address book has, `"name" [SMTP:address]` for others. */
export function shownRecipient(tenant: Tenant, { name, address }: MailAddress): string {
  const person = personAt(tenant.world, address)
  if (person) return `"${person.displayName}" [EX:${legacyDn(person)}]`
  const contact = findContact(tenant, address)
  if (contact) return `"${contact.name}" [EX:${dnOf(contact.id, contact.alias)}]`
  const group = isOwnAddress(tenant.world, address) ? findMailGroup(tenant, address) : undefined
  if (group) return `"${group.displayName}" [EX:${dnOf(group.id, group.mailNickname)}]`
  return `"${name || address}" [SMTP:${address}]`
}

/** Reads what {@link shownRecipient} wrote, or any way to name somebody. @throws ExchangeError for what is neither. */
export function readRecipient(tenant: Tenant, written: string): MailAddress {
  const shown = /^"(.*)"\s*\[(EX|SMTP):(.+)\]$/i.exec(written.trim())
  const named = shown ? shown[3]! : written
  const person = findPerson(tenant, named)
  if (person?.mail) return { name: person.displayName, address: person.userPrincipalName }
  const contact = findContact(tenant, named)
  if (contact) return { name: contact.name, address: contact.addresses[0] ?? contact.externalAddress }
  const group = findMailGroup(tenant, named)
  if (group?.mail) return { name: group.displayName, address: group.mail }
  const address = named.trim().replace(/^smtp:/i, '')
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) throw notFound(written)
  return { name: shown?.[1] ?? address, address }
}
