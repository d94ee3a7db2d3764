import { LIST_TYPES, allowBlockItems, problemOf, spoofItems, valueHash } from '#world/exchange/allow-block-list.ts'
import { NOTHING } from '#services/exchange-admin/cmdlet.ts'
import { flag, moment, number, oneOf, text, texts } from '#services/exchange-admin/parameters.ts'
import { int32, moment as wireMoment } from '#services/exchange-admin/wire.ts'
import { notFound, refusedBecause } from '#services/exchange-admin/errors.ts'
import type { Cmdlet, Invocation, Result } from '#services/exchange-admin/cmdlet.ts'
import type { ListItem, ListType, SpoofItem } from '#world/exchange/allow-block-list.ts'
import type { Row } from '#services/exchange-admin/wire.ts'

/** The Tenant Allow/Block List: entries by list, and pairs of spoofed sender and sending infrastructure. */

const NAMESPACE = 'Microsoft.Exchange.Management.HostedSecurity'
const LIST_TYPE = oneOf(`${NAMESPACE}.ListType`, ...LIST_TYPES)
const SUBTYPE = oneOf(`${NAMESPACE}.ListSubType`, 'Tenant', 'AdvancedDelivery')
const ACTION = oneOf(`${NAMESPACE}.ListAction`, 'Allow', 'Block')
const SPOOF_TYPE = oneOf(`${NAMESPACE}.SpoofType`, 'External', 'Internal')

const DAY = 86_400_000
const DEFAULT_LIFE = 30 * DAY
/** Of one list, with Defender for Office 365 plan 2. */
const MOST = { Allow: 5_000, Block: 10_000 }
const MOST_AT_ONCE = 20

export const allowBlockListCmdlets: readonly Cmdlet[] = [
  {
    name: 'Get-TenantAllowBlockListItems',
    area: 'lists',
    parameters: {
      ListType: LIST_TYPE,
      ListSubType: SUBTYPE,
      Action: ACTION,
      Entry: text,
      ExpirationDate: moment,
      NoExpiration: flag,
      OutputJson: flag,
    },
    mandatory: ['ListType'],
    run: ({ given, tenant, ...call }) => ({
      rows: itemsOf({ given, tenant, ...call })
        .filter(
          ({ value, action, expiresAt, listSubType }) =>
            (given.text('Entry') ?? value).toLowerCase() === value.toLowerCase() &&
            (given.text('Action') ?? action) === action &&
            (given.text('ListSubType') ?? 'Tenant') === listSubType &&
            (given.flag('NoExpiration') !== true || expiresAt === null) &&
            (!given.has('ExpirationDate') || (expiresAt !== null && expiresAt >= given.number('ExpirationDate')!)),
        )
        .map((item) => row(item, 'Unchanged')),
    }),
  },
  {
    name: 'New-TenantAllowBlockListItems',
    area: 'lists',
    parameters: {
      ListType: LIST_TYPE,
      ListSubType: SUBTYPE,
      Entries: texts,
      Allow: flag,
      Block: flag,
      ExpirationDate: moment,
      NoExpiration: flag,
      RemoveAfter: number,
      Notes: text,
      SubmissionID: text,
      LogExtraDetails: flag,
      OutputJson: flag,
    },
    mandatory: ['ListType', 'Entries'],
    run: add,
    audited: ({ given }) => given.text('ListType')!,
  },
  {
    name: 'Set-TenantAllowBlockListItems',
    area: 'lists',
    parameters: {
      ListType: LIST_TYPE,
      ListSubType: SUBTYPE,
      Entries: texts,
      Ids: texts,
      Allow: flag,
      Block: flag,
      ExpirationDate: moment,
      NoExpiration: flag,
      RemoveAfter: number,
      Notes: text,
      OutputJson: flag,
    },
    mandatory: ['ListType'],
    run: (call) => {
      const { given, tenant, appId } = call
      const found = named(call)
      return {
        rows: found.map((item) => {
          const set: ListItem = {
            ...item,
            action: actionOf(call) ?? item.action,
            notes: given.text('Notes') ?? item.notes,
            ...(given.has('ExpirationDate') || given.has('NoExpiration') || given.has('RemoveAfter')
              ? lifeOf(call, actionOf(call) ?? item.action)
              : {}),
            modifiedAt: tenant.now,
            modifiedBy: appId,
          }
          return row(tenant.objects(allowBlockItems).put(item.identity, set), 'Changed')
        }),
      }
    },
    audited: ({ given }) => given.text('ListType')!,
  },
  {
    name: 'Remove-TenantAllowBlockListItems',
    area: 'lists',
    parameters: { ListType: LIST_TYPE, ListSubType: SUBTYPE, Entries: texts, Ids: texts, OutputJson: flag },
    mandatory: ['ListType'],
    run: (call) => {
      const found = named(call)
      for (const { identity } of found) call.tenant.objects(allowBlockItems).remove(identity)
      // The service shows what is gone with an action that is none.
      return { rows: found.map((item) => ({ ...row(item, 'Deleted'), Action: '0' })) }
    },
    audited: ({ given }) => given.text('ListType')!,
  },
  {
    name: 'Get-TenantAllowBlockListSpoofItems',
    area: 'lists',
    parameters: { Identity: text, Action: ACTION, SpoofType: SPOOF_TYPE },
    run: ({ given, tenant }) => ({
      rows: [...tenant.objects(spoofItems).all()]
        .filter(
          ({ action, spoofType }) =>
            (given.text('Action') ?? action) === action && (given.text('SpoofType') ?? spoofType) === spoofType,
        )
        .map(spoofRow),
    }),
  },
  {
    name: 'New-TenantAllowBlockListSpoofItems',
    area: 'lists',
    parameters: {
      Identity: text,
      Action: ACTION,
      SpoofType: SPOOF_TYPE,
      SpoofedUser: text,
      SendingInfrastructure: text,
    },
    mandatory: ['Action', 'SpoofType', 'SpoofedUser', 'SendingInfrastructure'],
    run: ({ given, tenant }) => {
      const item = {
        identity: tenant.newId('spoof item'),
        spoofedUser: given.text('SpoofedUser')!,
        sendingInfrastructure: given.text('SendingInfrastructure')!,
        spoofType: given.text('SpoofType') as SpoofItem['spoofType'],
        action: given.text('Action') as SpoofItem['action'],
      }
      const same = [...tenant.objects(spoofItems).all()].some(
        (each) => pairOf(each) === pairOf(item) && each.spoofType === item.spoofType,
      )
      if (same) throw refusedBecause(`A spoof entry for '${pairOf(item)}' already exists.`)
      return { rows: [spoofRow(tenant.objects(spoofItems).put(item.identity, item))] }
    },
    audited: ({ given }) => given.text('SpoofedUser')!,
  },
  {
    name: 'Set-TenantAllowBlockListSpoofItems',
    area: 'lists',
    parameters: { Identity: text, Ids: texts, Action: ACTION },
    mandatory: ['Ids', 'Action'],
    run: (call) => {
      for (const item of spoofNamed(call))
        call.tenant
          .objects(spoofItems)
          .put(item.identity, { ...item, action: call.given.text('Action') as SpoofItem['action'] })
      return NOTHING
    },
    audited: ({ given }) => given.texts('Ids')!.join(';'),
  },
  {
    name: 'Remove-TenantAllowBlockListSpoofItems',
    area: 'lists',
    parameters: { Identity: text, Ids: texts },
    mandatory: ['Ids'],
    run: (call) => {
      for (const { identity } of spoofNamed(call)) call.tenant.objects(spoofItems).remove(identity)
      return NOTHING
    },
    audited: ({ given }) => given.texts('Ids')!.join(';'),
  },
]

const pairOf = ({ spoofedUser, sendingInfrastructure }: SpoofItem) =>
  `${spoofedUser.toLowerCase()}, ${sendingInfrastructure.toLowerCase()}`

function spoofNamed({ given, tenant }: Invocation): SpoofItem[] {
  return given.texts('Ids')!.map((id) => {
    const item = tenant.objects(spoofItems).find(id)
    if (!item) throw notFound(id)
    return item
  })
}

/** Lets a sender's mail through from now on: what releasing with `-AllowSender` does. */
export function allowSender(call: Invocation, address: string): void {
  const known = standing(call, 'Sender').some(({ value }) => value.toLowerCase() === address.toLowerCase())
  if (!known) put(call, 'Sender', address, 'Allow', { expiresAt: call.tenant.now + DEFAULT_LIFE, removeAfter: null })
}

function add(call: Invocation): Result {
  const { given } = call
  const listType = given.text('ListType') as ListType
  const action = actionOf(call)
  if (!action) throw refusedBecause('You must specify either the Allow or the Block parameter.')
  const entries = given.texts('Entries')!
  if (entries.length > MOST_AT_ONCE) throw refusedBecause(`No more than ${MOST_AT_ONCE} entries can be added at once.`)
  const problem = entries.map((entry) => problemOf(listType, entry)).find((each) => each !== undefined)
  if (problem) throw refusedBecause(problem, `${NAMESPACE}.InvalidEntryException`)
  const life = lifeOf(call, action)
  const present = standing(call, listType)
  const listed = new Set(present.map(({ value }) => value.toLowerCase()))
  const twice = entries.find((entry, i) => listed.has(entry.toLowerCase()) || entries.indexOf(entry) !== i)
  if (twice !== undefined)
    throw refusedBecause(`The entry '${twice}' already exists in the list.`, `${NAMESPACE}.DuplicateEntryException`)
  if (present.filter((item) => item.action === action).length + entries.length > MOST[action])
    throw refusedBecause(`The list has reached its limit of ${MOST[action]} ${action} entries.`)
  return { rows: entries.map((entry) => row(put(call, listType, entry, action, life), 'New')) }
}

type Life = Pick<ListItem, 'expiresAt' | 'removeAfter'>

function put(
  { given, tenant, appId }: Invocation,
  listType: ListType,
  value: string,
  action: ListItem['action'],
  life: Life,
) {
  const id = tenant.newId('allow block item').replaceAll('-', '')
  const item: ListItem = {
    identity: `RgAAAAD${Buffer.from(id + id, 'hex')
      .toString('base64url')
      .slice(0, 60)}AAAA0`,
    listType,
    value,
    action,
    notes: given.text('Notes') ?? '',
    listSubType: (given.text('ListSubType') as ListItem['listSubType'] | undefined) ?? 'Tenant',
    ...life,
    createdAt: tenant.now,
    modifiedAt: tenant.now,
    modifiedBy: appId,
  }
  return tenant.objects(allowBlockItems).put(item.identity, item)
}

function actionOf({ given }: Invocation): ListItem['action'] | undefined {
  const [allow, block] = [given.flag('Allow'), given.flag('Block')]
  if (allow && block) throw refusedBecause('The Allow and Block parameters cannot be used together.')
  return allow ? 'Allow' : block ? 'Block' : undefined
}

function lifeOf({ given, tenant }: Invocation, action: ListItem['action']): Life {
  const [at, after, never] = [given.number('ExpirationDate'), given.number('RemoveAfter'), given.flag('NoExpiration')]
  if ([at !== undefined, after !== undefined, never === true].filter(Boolean).length > 1)
    throw refusedBecause('Specify one of ExpirationDate, NoExpiration and RemoveAfter.')
  if (at !== undefined && at <= tenant.now) throw refusedBecause('The ExpirationDate must be in the future.')
  if (after !== undefined && (after !== 45 || action === 'Block'))
    throw refusedBecause('RemoveAfter is for allow entries, and its only value is 45.')
  if (after !== undefined) return { expiresAt: null, removeAfter: after }
  if (
    never &&
    action === 'Allow' &&
    given.text('ListType') !== 'IP' &&
    given.text('ListSubType') !== 'AdvancedDelivery'
  )
    throw refusedBecause('Allow entries that do not expire can not be created.')
  return { expiresAt: never ? null : (at ?? tenant.now + DEFAULT_LIFE), removeAfter: null }
}

const itemsOf = (call: Invocation): ListItem[] => standing(call, call.given.text('ListType') as ListType)

/** What is in a list now. */
const standing = ({ tenant }: Invocation, listType: ListType): ListItem[] =>
  [...tenant.objects(allowBlockItems).all()].filter(
    (item) => item.listType === listType && (item.expiresAt === null || item.expiresAt > tenant.now),
  )

/** Those of `Ids` or `Entries`. All are looked up before anything is done to one. */
function named(call: Invocation): ListItem[] {
  const [ids, entries] = [call.given.texts('Ids'), call.given.texts('Entries')]
  if (!ids && !entries) throw refusedBecause('Specify Ids or Entries.')
  const all = itemsOf(call)
  const wanted = [...(ids ?? []), ...(entries ?? [])]
  return wanted.map((each) => {
    const item = all.find(({ identity, value }) =>
      ids?.includes(each) ? identity === each : value.toLowerCase() === each.toLowerCase(),
    )
    if (!item) throw notFound(each)
    return item
  })
}

/** A row does not tell its list. One key is misspelled in the service. */
function row(item: ListItem, objectState: string): Row {
  return {
    LastUsedDate: null,
    Error: null,
    Identity: item.identity,
    Value: item.value,
    Action: item.action,
    Notes: item.notes,
    SubmissionID: 'Non-Submission',
    ListSubType: item.listSubType,
    SysManaged: false,
    LastModifiedDateTime: wireMoment(item.modifiedAt),
    ExpirationDate: item.expiresAt === null ? null : wireMoment(item.expiresAt),
    ObjectState: objectState,
    EntryValueHash: valueHash(item.value),
    ModifiedBy: item.modifiedBy,
    'LastUsedDate(DateTime])': null,
    RemoveAfter: item.removeAfter === null ? null : int32(item.removeAfter),
    CreatedDateTime: wireMoment(item.createdAt),
  }
}

const spoofRow = (item: SpoofItem): Row => ({
  Identity: item.identity,
  SpoofedUser: item.spoofedUser,
  SendingInfrastructure: item.sendingInfrastructure,
  SpoofType: item.spoofType,
  Action: item.action,
})
