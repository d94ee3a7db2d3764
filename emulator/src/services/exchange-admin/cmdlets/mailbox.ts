import { hasMailbox } from '#world/directory.ts'
import { mailboxStates } from '#world/mail/mailbox-state.ts'
import { NOTHING, paged } from '#services/exchange-admin/cmdlet.ts'
import {
  aliasOf,
  canonicalName,
  findContact,
  findMailGroup,
  findPerson,
  legacyDn,
  mailboxGuid,
  ownerNamed,
} from '#services/exchange-admin/recipient.ts'
import { bytes, guid, moment as wireMoment } from '#services/exchange-admin/wire.ts'
import { changed, flag, list, size, someOf, text, texts, words } from '#services/exchange-admin/parameters.ts'
import { notFound, refusedBecause } from '#services/exchange-admin/errors.ts'
import { readFilter } from '#services/exchange-admin/opath.ts'
import type { Cmdlet, Invocation, Result } from '#services/exchange-admin/cmdlet.ts'
import type { MailboxState } from '#world/mail/mailbox-state.ts'
import type { Person } from '#world/directory.ts'
import type { Row } from '#services/exchange-admin/wire.ts'
import type { Tenant } from '#cloud.ts'

/** Mailboxes and what administrators set on them. */

const KINDS = someOf(
  'Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails',
  ...words('UserMailbox SharedMailbox RoomMailbox EquipmentMailbox DiscoveryMailbox SchedulingMailbox'),
)
const GB = 1024 ** 3

const SEARCH = {
  Identity: text,
  Anr: text,
  ResultSize: size,
  Filter: text,
  RecipientTypeDetails: KINDS,
  SortBy: text,
  Archive: flag,
} as const

export const mailboxCmdlets: readonly Cmdlet[] = [
  { name: 'Get-Mailbox', area: 'recipients', parameters: SEARCH, run: getMailboxes },
  {
    name: 'Get-EXOMailbox',
    area: 'recipients',
    parameters: {
      ...SEARCH,
      UserPrincipalName: text,
      PrimarySmtpAddress: text,
      ExternalDirectoryObjectId: text,
      Properties: texts,
      PropertySets: someOf(
        'Microsoft.Exchange.Management.RestApiClient.GetExoMailbox.PropertySet',
        ...words(`
          All Minimum AddressList Archive Audit Delivery Hold Moderation Move Policy PublicFolder Quota Resource
          Retention SCL SoftDelete StatisticsSeed Custom
        `),
      ),
    },
    run: getMailboxes,
  },
  {
    name: 'Set-Mailbox',
    area: 'recipients',
    parameters: {
      Identity: text,
      ForwardingAddress: text,
      ForwardingSmtpAddress: text,
      DeliverToMailboxAndForward: flag,
      AuditEnabled: flag,
      LitigationHoldEnabled: flag,
      SingleItemRecoveryEnabled: flag,
      HiddenFromAddressListsEnabled: flag,
      GrantSendOnBehalfTo: list,
      Force: flag,
    },
    notBuilt: words(`
        AccountDisabled Alias ApplyMandatoryProperties ArchiveName AuditAdmin AuditDelegate AuditLogAgeLimit
        AuditOwner CustomAttribute1 DefaultAuditSet DisplayName EmailAddresses InactiveMailbox IssueWarningQuota
        LitigationHoldDuration LitigationHoldDate LitigationHoldOwner MailTip MaxReceiveSize MaxSendSize
        MessageCopyForSentAsEnabled Name Password MessageCopyForSendOnBehalfEnabled ProhibitSendQuota
        ProhibitSendReceiveQuota RecipientLimits RequireSenderAuthenticationEnabled RetainDeletedItemsFor
        RetentionComment RetentionHoldEnabled RetentionPolicy RoleAssignmentPolicy SharingPolicy Type
        WindowsEmailAddress MicrosoftOnlineServicesID ModeratedBy ModerationEnabled AcceptMessagesOnlyFrom
        AddressBookPolicy
      `),
    mandatory: ['Identity'],
    run: setMailbox,
    audited: auditedMailbox,
  },
  {
    name: 'Get-MailboxAuditBypassAssociation',
    area: 'audit',
    parameters: { Identity: text, ResultSize: size },
    run: (call) =>
      paged(
        owners(call).map((person) => bypassRow(call.tenant, person)),
        call,
      ),
  },
  {
    name: 'Set-MailboxAuditBypassAssociation',
    area: 'audit',
    parameters: { Identity: text, AuditBypassEnabled: flag },
    mandatory: ['Identity', 'AuditBypassEnabled'],
    run: ({ given, tenant }) => {
      const state = stateOf(tenant, ownerNamed(tenant, given.text('Identity')!))
      tenant.objects(mailboxStates).put(state.person, { ...state, auditBypass: given.flag('AuditBypassEnabled')! })
      return NOTHING
    },
    audited: auditedMailbox,
  },
]

export const stateOf = (tenant: Tenant, person: Person): MailboxState => tenant.objects(mailboxStates).find(person.id)!

/** The mailbox that a change is about, as its audit record names it. */
export function auditedMailbox({ given, tenant }: Invocation): string {
  const identity = given.text('Identity') ?? given.text('Mailbox') ?? ''
  const person = findPerson(tenant, identity)
  return person ? canonicalName(tenant.world, person) : identity
}

/** The owner that the arguments name, or everybody with a mailbox. @throws ExchangeError where nobody has the name. */
export function* owners({ given, tenant }: Invocation): Generator<Person> {
  const name = ['Identity', 'UserPrincipalName', 'PrimarySmtpAddress', 'ExternalDirectoryObjectId']
    .map((each) => given.text(each))
    .find((each) => each !== undefined)
  if (name !== undefined) return yield ownerNamed(tenant, name)
  const { directory } = tenant.world
  for (let index = 0; index < directory.mailboxes; index++) yield directory.at(index)
}

function getMailboxes(call: Invocation): Result {
  const { given, tenant } = call
  const kinds = given.texts('RecipientTypeDetails')
  const anr = given.text('Anr')?.toLowerCase()
  const filter = given.text('Filter')
  const sortBy = given.text('SortBy')?.toLowerCase()
  const meets = filter === undefined ? () => true : readFilter(filter, mailboxRow(tenant, tenant.world.directory.at(0)))
  const rows = owners(call)
    .filter(
      (person) => !anr || [person.displayName, aliasOf(person)].some((name) => name.toLowerCase().startsWith(anr)),
    )
    .filter((person) => given.flag('Archive') !== true || stateOf(tenant, person).archive !== null)
    .map((person) => mailboxRow(tenant, person))
    .filter((row) => (!kinds || kinds.includes(String(row['RecipientTypeDetails']))) && meets(row))
  if (!sortBy) return paged(rows, call)
  const key = ['DisplayName', 'Alias', 'Name'].find((name) => name.toLowerCase() === sortBy)
  if (!key) throw refusedBecause(`The property '${sortBy}' can't be sorted by.`)
  return paged(
    [...rows].sort((a, b) => String(a[key]).localeCompare(String(b[key]))),
    call,
  )
}

function mailboxRow(tenant: Tenant, person: Person): Row {
  const { world } = tenant
  const state = stateOf(tenant, person)
  const shared = person.kind === 'shared'
  const kind = shared ? 'SharedMailbox' : 'UserMailbox'
  const created = wireMoment(world.epoch - 400 * 86_400_000)
  const forwardTo = state.forwardingAddress ?? ''
  const forwardName =
    findPerson(tenant, forwardTo)?.displayName ??
    findContact(tenant, forwardTo)?.name ??
    findMailGroup(tenant, forwardTo)?.displayName
  const address = person.userPrincipalName
  return {
    ExternalDirectoryObjectId: person.id,
    UserPrincipalName: address,
    Alias: aliasOf(person),
    DisplayName: person.displayName,
    EmailAddresses: [`SMTP:${address}`, `smtp:${aliasOf(person)}@${world.initialDomain}`],
    PrimarySmtpAddress: address,
    WindowsEmailAddress: address,
    RecipientType: 'UserMailbox',
    RecipientTypeDetails: kind,
    Identity: person.id,
    Id: person.id,
    Name: person.id,
    Guid: guid(mailboxGuid(world, person)),
    ExchangeGuid: guid(mailboxGuid(world, person)),
    ExchangeVersion: '0.20 (15.0.0.0)',
    DistinguishedName: `CN=${person.id},OU=${world.initialDomain},OU=Microsoft Exchange Hosted Organizations,DC=EMUPR01A001,DC=PROD,DC=OUTLOOK,DC=EXAMPLE`,
    LegacyExchangeDN: legacyDn(person),
    OrganizationId: `EMUPR01A001.PROD.OUTLOOK.EXAMPLE/Microsoft Exchange Hosted Organizations/${world.initialDomain}`,
    ForwardingAddress: forwardName ?? state.forwardingAddress,
    ForwardingSmtpAddress: state.forwardingSmtpAddress === null ? null : `smtp:${state.forwardingSmtpAddress}`,
    DeliverToMailboxAndForward: state.deliverToMailboxAndForward,
    HiddenFromAddressListsEnabled: state.hiddenFromAddressLists,
    LitigationHoldEnabled: state.litigationHold,
    LitigationHoldDuration: 'Unlimited',
    SingleItemRecoveryEnabled: state.singleItemRecovery,
    RetainDeletedItemsFor: '14.00:00:00',
    AuditEnabled: state.auditEnabled,
    AuditLogAgeLimit: '90.00:00:00',
    AuditOwner: [
      'Update',
      'MoveToDeletedItems',
      'SoftDelete',
      'HardDelete',
      'UpdateInboxRules',
      'MailItemsAccessed',
      'Send',
    ],
    DefaultAuditSet: ['Admin', 'Delegate', 'Owner'],
    GrantSendOnBehalfTo: state.sendOnBehalf.map((id) => world.directory.find(id)?.displayName ?? id),
    ArchiveStatus: state.archive ? 'Active' : 'None',
    ArchiveGuid: guid(state.archive?.guid ?? '00000000-0000-0000-0000-000000000000'),
    ArchiveName: state.archive ? [state.archive.name] : [],
    IsMailboxEnabled: true,
    IsShared: shared,
    IsResource: false,
    IsDirSynced: false,
    AccountDisabled: shared,
    MailboxPlan: shared ? null : 'ExchangeOnlineEnterprise',
    ProhibitSendQuota: bytes(99 * GB),
    ProhibitSendReceiveQuota: bytes(100 * GB),
    IssueWarningQuota: bytes(98 * GB),
    MaxSendSize: bytes(35 * 1024 ** 2),
    MaxReceiveSize: bytes(36 * 1024 ** 2),
    RetentionPolicy: 'Default MRM Policy',
    RoleAssignmentPolicy: 'Default Role Assignment Policy',
    MessageCopyForSentAsEnabled: false,
    MessageCopyForSendOnBehalfEnabled: false,
    Database: 'EMUPR01DG001-db001',
    ServerName: 'emupr01mb0001',
    UsageLocation: person.office.country,
    Office: person.office.office,
    WhenMailboxCreated: created,
    WhenCreated: created,
    WhenCreatedUTC: created,
    WhenChangedUTC: created,
    IsValid: true,
    ObjectState: 'Changed',
  }
}

function setMailbox(call: Invocation): Result {
  const { given, tenant } = call
  const identity = given.text('Identity')!
  const before = stateOf(tenant, ownerNamed(tenant, identity))
  const onBehalf = given.list('GrantSendOnBehalfTo')
  const ids = (names: readonly string[]) =>
    names.map((name) => {
      const person = findPerson(tenant, name)
      if (!person) throw notFound(name)
      return person.id
    })
  const after: MailboxState = {
    ...before,
    ...(given.has('ForwardingAddress')
      ? { forwardingAddress: bookedAddress(tenant, given.text('ForwardingAddress')) }
      : {}),
    ...(given.has('ForwardingSmtpAddress')
      ? { forwardingSmtpAddress: smtpAddress(given.text('ForwardingSmtpAddress')) }
      : {}),
    deliverToMailboxAndForward: given.flag('DeliverToMailboxAndForward') ?? before.deliverToMailboxAndForward,
    auditEnabled: given.flag('AuditEnabled') ?? before.auditEnabled,
    litigationHold: given.flag('LitigationHoldEnabled') ?? before.litigationHold,
    singleItemRecovery: given.flag('SingleItemRecoveryEnabled') ?? before.singleItemRecovery,
    hiddenFromAddressLists: given.flag('HiddenFromAddressListsEnabled') ?? before.hiddenFromAddressLists,
    sendOnBehalf: onBehalf
      ? changed(
          before.sendOnBehalf,
          'replace' in onBehalf
            ? { replace: ids(onBehalf.replace) }
            : { add: ids(onBehalf.add), remove: ids(onBehalf.remove) },
        )
      : given.has('GrantSendOnBehalfTo')
        ? []
        : before.sendOnBehalf,
  }
  if (JSON.stringify(after) === JSON.stringify(before))
    return {
      rows: [],
      warnings: [`The command completed successfully but no settings of '${before.person}' have been modified.`],
    }
  tenant.objects(mailboxStates).put(after.person, after)
  return NOTHING
}

/** A recipient of the address book, where a contact's mail goes outside; empty or null ends the forwarding. */
function bookedAddress(tenant: Tenant, given: string | undefined): string | null {
  if (!given) return null
  const person = findPerson(tenant, given)
  if (person && hasMailbox(person)) return person.userPrincipalName
  const address = findContact(tenant, given)?.externalAddress ?? findMailGroup(tenant, given)?.mail
  if (!address) throw notFound(given)
  return address
}

function smtpAddress(given: string | undefined): string | null {
  if (!given) return null
  const address = given.replace(/^smtp:/i, '')
  if (/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(address)) return address
  throw refusedBecause(
    `Cannot convert value "${given}" to type "Microsoft.Exchange.Data.ProxyAddress". Error: "The address '${given}' is invalid."`,
    'Microsoft.Exchange.Data.DataValidationException',
  )
}

const bypassRow = (tenant: Tenant, person: Person): Row => ({
  ObjectId: person.id,
  Identity: person.id,
  Id: person.id,
  Name: person.displayName,
  AuditBypassEnabled: stateOf(tenant, person).auditBypass,
  IsValid: true,
  ObjectState: 'Unchanged',
})
