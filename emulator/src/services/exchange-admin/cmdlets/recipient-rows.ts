import { aliasOf } from '#services/exchange-admin/recipient.ts'
import { guid } from '#services/exchange-admin/wire.ts'
import type { Group } from '#world/groups.ts'
import type { MailContact } from '#world/exchange/mail-contacts.ts'
import type { Person } from '#world/directory.ts'
import type { Row } from '#services/exchange-admin/wire.ts'
import type { Tenant } from '#cloud.ts'

/** People, groups and contacts as `Get-Recipient` and `Get-DistributionGroupMember` show them. */

const DETAILS = { user: 'UserMailbox', shared: 'SharedMailbox', guest: 'GuestMailUser', unlicensed: 'User' } as const

export function recipientRow({ world }: Tenant, person: Person): Row {
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
    ExternalEmailAddress: person.kind === 'guest' ? `SMTP:${person.mail}` : '',
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

/** What Exchange calls a group that mail can be sent to. */
const GROUP_DETAILS: Readonly<Partial<Record<Group['sort'], string>>> = {
  'Microsoft 365': 'GroupMailbox',
  distribution: 'MailUniversalDistributionGroup',
  'mail-enabled security': 'MailUniversalSecurityGroup',
}

/** A group among other recipients. */
export const groupRecipient = (group: Group): Row => ({
  ExternalDirectoryObjectId: group.id,
  Identity: group.id,
  Name: group.displayName,
  Alias: group.mailNickname,
  DisplayName: group.displayName,
  PrimarySmtpAddress: group.mail ?? '',
  EmailAddresses: group.mail ? [`SMTP:${group.mail}`] : [],
  RecipientType:
    group.sort === 'mail-enabled security' ? 'MailUniversalSecurityGroup' : 'MailUniversalDistributionGroup',
  RecipientTypeDetails: GROUP_DETAILS[group.sort] ?? 'UniversalSecurityGroup',
  HiddenFromAddressListsEnabled: false,
  Guid: guid(group.id),
  IsValid: true,
  ObjectState: 'Unchanged',
})

/** A contact among other recipients. */
export const contactRow = ({ id, name, alias, externalAddress, addresses }: MailContact): Row => ({
  ExternalDirectoryObjectId: id,
  Identity: name,
  Name: name,
  Alias: alias,
  DisplayName: name,
  PrimarySmtpAddress: addresses[0] ?? '',
  EmailAddresses: addresses.map((address, index) => `${index === 0 ? 'SMTP' : 'smtp'}:${address}`),
  ExternalEmailAddress: `SMTP:${externalAddress}`,
  RecipientType: 'MailContact',
  RecipientTypeDetails: 'MailContact',
  HiddenFromAddressListsEnabled: false,
  Guid: guid(id),
  IsValid: true,
  ObjectState: 'Unchanged',
})
