import { flag, size, someOf, text, texts, words } from '#services/exchange-admin/parameters.ts'
import { guid } from '#services/exchange-admin/wire.ts'
import { aliasOf, findPerson } from '#services/exchange-admin/recipient.ts'
import { notFound } from '#services/exchange-admin/errors.ts'
import { paged } from '#services/exchange-admin/cmdlet.ts'
import { readFilter } from '#services/exchange-admin/opath.ts'
import type { Cmdlet, Invocation } from '#services/exchange-admin/cmdlet.ts'
import type { Person } from '#world/directory.ts'
import type { Row } from '#services/exchange-admin/wire.ts'
import type { Tenant } from '#cloud.ts'

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
      const names = new Set(
        Object.keys(recipientRow(tenant, tenant.world.directory.at(0))).map((name) => name.toLowerCase()),
      )
      const meets = filter === undefined ? () => true : readFilter(filter, (name) => names.has(name.toLowerCase()))
      return paged(
        recipients(call)
          .filter(
            (person) => !anr || person.displayName.toLowerCase().startsWith(anr) || aliasOf(person).startsWith(anr),
          )
          .map((person) => recipientRow(tenant, person))
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

function* recipients({ given, tenant }: Invocation): Generator<Person> {
  const identity = given.text('Identity')
  if (identity === undefined) {
    for (const person of tenant.world.directory.all()) if (person.mail) yield person
    return
  }
  const person = findPerson(tenant, identity)
  if (!person?.mail) throw notFound(identity)
  yield person
}

const DETAILS = { user: 'UserMailbox', shared: 'SharedMailbox', guest: 'GuestMailUser', unlicensed: 'User' } as const

function recipientRow({ world }: Tenant, person: Person): Row {
  const details = DETAILS[person.kind]
  return {
    ExternalDirectoryObjectId: person.id,
    Identity: person.id,
    Name: person.id,
    Alias: aliasOf(person),
    DisplayName: person.displayName,
    FirstName: person.givenName ?? '',
    LastName: person.surname ?? '',
    PrimarySmtpAddress: person.mail ?? '',
    EmailAddresses: [
      `SMTP:${person.mail}`,
      ...(person.kind === 'guest' ? [] : [`smtp:${aliasOf(person)}@${world.initialDomain}`]),
    ],
    WindowsLiveID: person.userPrincipalName,
    RecipientType: person.kind === 'guest' ? 'MailUser' : 'UserMailbox',
    RecipientTypeDetails: details,
    Department: person.department ?? '',
    Title: person.jobTitle ?? '',
    Office: person.office.office,
    CountryOrRegion: person.office.country,
    Manager: person.manager === null ? null : world.directory.at(person.manager).displayName,
    HiddenFromAddressListsEnabled: person.kind === 'guest',
    Guid: guid(person.id),
    IsValid: true,
    ObjectState: 'Unchanged',
  }
}
