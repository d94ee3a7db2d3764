import { Membership } from '#world/groups.ts'
import { Users } from '#world/users.ts'
import { flag, size, someOf, text } from '#services/exchange-admin/parameters.ts'
import { moment } from '#services/exchange-admin/wire.ts'
import { notFound } from '#services/exchange-admin/errors.ts'
import { paged } from '#services/exchange-admin/cmdlet.ts'
import { readFilter } from '#services/exchange-admin/opath.ts'
import type { Cmdlet, Invocation } from '#services/exchange-admin/cmdlet.ts'
import type { Group } from '#world/groups.ts'
import type { Row } from '#services/exchange-admin/wire.ts'
import type { Tenant } from '#cloud.ts'

import { groupRecipient, recipientRow } from './recipient-rows.ts'

/** Distribution groups and mail-enabled security groups, and who is in them. */

export const groupCmdlets: readonly Cmdlet[] = [
  {
    name: 'Get-DistributionGroup',
    area: 'recipients',
    parameters: {
      Identity: text,
      Anr: text,
      Filter: text,
      ResultSize: size,
      RecipientTypeDetails: someOf(
        'Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails',
        'MailUniversalDistributionGroup',
        'MailUniversalSecurityGroup',
      ),
    },
    notBuilt: ['ManagedBy', 'SortBy', 'IncludeGrantSendOnBehalfToWithDisplayNames'],
    run: (call) => {
      const { given, tenant } = call
      const kinds = given.texts('RecipientTypeDetails')
      const anr = given.text('Anr')?.toLowerCase() ?? ''
      const found = given.text('Identity') === undefined ? [...distributionGroups(tenant)] : [named(call)]
      const rows = found
        .filter(({ displayName }) => displayName.toLowerCase().startsWith(anr))
        .map((each) => row(tenant, each))
      const filter = given.text('Filter')
      const meets = filter === undefined || rows.length === 0 ? () => true : readFilter(filter, rows[0]!)
      return paged(
        rows.filter((each) => (!kinds || kinds.includes(String(each['RecipientTypeDetails']))) && meets(each)),
        call,
      )
    },
  },
  {
    name: 'Get-DistributionGroupMember',
    area: 'recipients',
    parameters: { Identity: text, ResultSize: size, IncludeSoftDeletedObjects: flag },
    mandatory: ['Identity'],
    run: (call) => paged(memberRows(call), call),
  },
]

function* distributionGroups(tenant: Tenant): Generator<Group> {
  for (const group of new Membership(tenant).all())
    if (group.sort === 'distribution' || group.sort === 'mail-enabled security') yield group
}

/** By object id, address, alias or name. @throws ExchangeError ManagementObjectNotFoundException. */
function named({ given, tenant }: Invocation): Group {
  const identity = given.text('Identity')!
  const wanted = identity.toLowerCase()
  const group = [...distributionGroups(tenant)].find(({ id, mail, mailNickname, displayName }) =>
    [id, mail, mailNickname, displayName].some((name) => name?.toLowerCase() === wanted),
  )
  if (!group) throw notFound(identity)
  return group
}

function* memberRows(call: Invocation): Generator<Row> {
  const { tenant } = call
  const membership = new Membership(tenant)
  const users = new Users(tenant)
  for (const [, { type, id }] of membership.members(named(call))) {
    const person = type === 'user' ? users.find(id)?.person : undefined
    const group = type === 'group' ? membership.group(id) : undefined
    if (person?.mail) yield recipientRow(tenant, person)
    else if (group) yield groupRecipient(group)
  }
}

const row = ({ world }: Tenant, group: Group): Row => ({
  ...groupRecipient(group),
  GroupType: group.sort === 'mail-enabled security' ? 'Universal, SecurityEnabled' : 'Universal',
  SamAccountName: group.mailNickname,
  ManagedBy: group.owners.map((id) => world.directory.find(id)?.displayName ?? id),
  MemberJoinRestriction: 'Closed',
  MemberDepartRestriction: 'Closed',
  RequireSenderAuthenticationEnabled: true,
  ModerationEnabled: false,
  ModeratedBy: [],
  AcceptMessagesOnlyFrom: [],
  WhenCreated: moment(group.createdAt),
})
