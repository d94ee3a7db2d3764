import { Membership } from '#world/groups.ts'
import { findContact, findMailGroup, findPerson } from '#services/exchange-admin/recipient.ts'
import { mailContacts } from '#world/exchange/mail-contacts.ts'
import { flag, size, someOf, text, texts, words } from '#services/exchange-admin/parameters.ts'
import { notFound } from '#services/exchange-admin/errors.ts'
import { paged } from '#services/exchange-admin/cmdlet.ts'
import { readFilter } from '#services/exchange-admin/opath.ts'
import type { Cmdlet, Invocation } from '#services/exchange-admin/cmdlet.ts'
import type { Row } from '#services/exchange-admin/wire.ts'

import { contactRow, groupRecipient, recipientRow } from './recipient-rows.ts'

/** Everybody and everything that mail can be sent to, and the domains that mail is accepted for. */

const TYPES = someOf(
  'Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails',
  ...words(`
    UserMailbox SharedMailbox GuestMailUser MailUniversalDistributionGroup MailUniversalSecurityGroup
    GroupMailbox MailContact MailUser DynamicDistributionGroup RoomMailbox EquipmentMailbox
  `),
)

export const recipientCmdlets: readonly Cmdlet[] = [
  {
    name: 'Get-Recipient',
    area: 'recipients',
    parameters: {
      Identity: text,
      Anr: text,
      Filter: text,
      ResultSize: size,
      RecipientTypeDetails: TYPES,
      IncludeSoftDeletedRecipients: flag,
      Properties: texts,
    },
    run: (call) => {
      const { given, tenant } = call
      const kinds = given.texts('RecipientTypeDetails')
      const anr = given.text('Anr')?.toLowerCase()
      const filter = given.text('Filter')
      const meets =
        filter === undefined ? () => true : readFilter(filter, recipientRow(tenant, tenant.world.directory.at(0)))
      const begins = (name: Row[string] | undefined) =>
        String(name)
          .toLowerCase()
          .startsWith(anr ?? '')
      return paged(
        recipients(call)
          .filter(({ DisplayName, Alias }) => begins(DisplayName) || begins(Alias))
          .filter((row) => (!kinds || kinds.includes(String(row['RecipientTypeDetails']))) && meets(row)),
        call,
      )
    },
  },
  {
    name: 'Get-AcceptedDomain',
    area: 'organization',
    parameters: { Identity: text, ResultSize: size },
    run: ({ given, tenant: { world } }) => {
      const wanted = given.text('Identity')?.toLowerCase()
      const rows = [world.domain, world.initialDomain]
        .filter((domain) => wanted === undefined || domain === wanted)
        .map((domain) => ({
          DomainName: domain,
          Name: domain,
          Identity: domain,
          DomainType: 'Authoritative',
          Default: domain === world.domain,
          InitialDomain: domain === world.initialDomain,
          MatchSubDomains: false,
          AuthenticationType: 'Managed',
          IsValid: true,
          ObjectState: 'Unchanged',
        }))
      if (wanted !== undefined && rows.length === 0) throw notFound(wanted)
      return { rows }
    },
  },
]

function* recipients({ given, tenant }: Invocation): Generator<Row> {
  const identity = given.text('Identity')
  if (identity === undefined) {
    for (const person of tenant.world.directory.all()) if (person.mail) yield recipientRow(tenant, person)
    const groups = new Membership(tenant).all().filter(({ mail }) => mail !== null)
    yield* groups.map(groupRecipient)
    for (const contact of tenant.objects(mailContacts).all()) yield contactRow(contact)
    return
  }
  const person = findPerson(tenant, identity)
  if (person?.mail) return yield recipientRow(tenant, person)
  const group = findMailGroup(tenant, identity)
  if (group) return yield groupRecipient(group)
  const contact = findContact(tenant, identity)
  if (!contact) throw notFound(identity)
  yield contactRow(contact)
}
