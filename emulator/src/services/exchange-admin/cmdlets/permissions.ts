import { mailboxStates } from '#world/mail/mailbox-state.ts'
import { NotBuilt, notFound, refusedBecause } from '#services/exchange-admin/errors.ts'
import { NOTHING, paged } from '#services/exchange-admin/cmdlet.ts'
import { findPerson, ownerNamed } from '#services/exchange-admin/recipient.ts'
import { flag, oneOf, size, someOf, text, words } from '#services/exchange-admin/parameters.ts'
import type { Cmdlet, Invocation, Result } from '#services/exchange-admin/cmdlet.ts'
import type { Person } from '#world/directory.ts'
import type { Row } from '#services/exchange-admin/wire.ts'

import { auditedMailbox, owners, stateOf } from './mailbox.ts'

/** Who may open somebody's mailbox (`MailboxPermission`), and who may send as somebody (`RecipientPermission`). */

const RIGHTS = someOf(
  'Microsoft.Exchange.Management.RecipientTasks.MailboxRights',
  ...words('FullAccess SendAs ExternalAccount DeleteItem ReadPermission ChangePermission ChangeOwner'),
)
const SEND_AS = someOf('Microsoft.Exchange.Management.RecipientTasks.RecipientAccessRight', 'SendAs')
const INHERITANCE = oneOf(
  'System.DirectoryServices.ActiveDirectorySecurityInheritance',
  ...words('None All Descendents SelfAndChildren Children'),
)

type Field = 'fullAccess' | 'sendAs'

export const permissionCmdlets: readonly Cmdlet[] = [
  {
    name: 'Get-MailboxPermission',
    area: 'recipients',
    parameters: { Identity: text, User: text, Owner: flag, ResultSize: size },
    mandatory: ['Identity'],
    run: (call) => paged(list(call, 'User', 'fullAccess', mailboxRows), call),
  },
  {
    name: 'Add-MailboxPermission',
    area: 'recipients',
    parameters: { Identity: text, User: text, AccessRights: RIGHTS, AutoMapping: flag, InheritanceType: INHERITANCE },
    notBuilt: ['Deny', 'Owner', 'GroupMailbox'],
    mandatory: ['Identity', 'User', 'AccessRights'],
    run: (call) => add(call, 'User', 'fullAccess', 'FullAccess', mailboxRow),
    audited: auditedMailbox,
  },
  {
    name: 'Remove-MailboxPermission',
    area: 'recipients',
    parameters: { Identity: text, User: text, AccessRights: RIGHTS, InheritanceType: INHERITANCE },
    notBuilt: ['Deny', 'ResetDefault', 'ClearAutoMapping', 'BypassMasterAccountSid'],
    mandatory: ['Identity', 'User', 'AccessRights'],
    run: (call) => remove(call, 'User', 'fullAccess', 'FullAccess'),
    audited: auditedMailbox,
  },
  {
    name: 'Get-RecipientPermission',
    area: 'recipients',
    parameters: { Identity: text, Trustee: text, AccessRights: SEND_AS, ResultSize: size },
    run: (call) => paged(list(call, 'Trustee', 'sendAs', recipientRows), call),
  },
  {
    name: 'Add-RecipientPermission',
    area: 'recipients',
    parameters: { Identity: text, Trustee: text, AccessRights: SEND_AS },
    mandatory: ['Identity', 'Trustee', 'AccessRights'],
    run: (call) => add(call, 'Trustee', 'sendAs', 'SendAs', recipientRow),
    audited: auditedMailbox,
  },
  {
    name: 'Remove-RecipientPermission',
    area: 'recipients',
    parameters: { Identity: text, Trustee: text, AccessRights: SEND_AS },
    mandatory: ['Identity', 'Trustee', 'AccessRights'],
    run: (call) => remove(call, 'Trustee', 'sendAs', 'SendAs'),
    audited: auditedMailbox,
  },
]

const SELF = 'NT AUTHORITY\\SELF'

function* list(
  call: Invocation,
  named: string,
  field: Field,
  rows: (owner: Person, trustees: readonly string[]) => Row[],
): Generator<Row> {
  const wanted = call.given.text(named)
  const person = wanted === undefined || wanted.toUpperCase() === SELF ? undefined : findPerson(call.tenant, wanted)
  if (wanted !== undefined && wanted.toUpperCase() !== SELF && !person) throw notFound(wanted)
  for (const owner of owners(call)) {
    const trustees = stateOf(call.tenant, owner)[field].map(
      (id) => call.tenant.world.directory.find(id)?.userPrincipalName ?? id,
    )
    const who = person?.userPrincipalName ?? wanted
    yield* rows(owner, trustees).filter(
      (row) =>
        who === undefined ||
        [row['User'], row['Trustee']].some((each) => String(each).toLowerCase() === who.toLowerCase()),
    )
  }
}

const mailboxRows = (owner: Person, trustees: readonly string[]): Row[] => [
  { ...mailboxRow(owner, SELF), AccessRights: ['FullAccess', 'ReadPermission'] },
  ...trustees.map((trustee) => mailboxRow(owner, trustee)),
]

const mailboxRow = (owner: Person, trustee: string): Row => ({
  Identity: owner.id,
  User: trustee,
  AccessRights: ['FullAccess'],
  IsInherited: false,
  Deny: 'False',
  InheritanceType: 'All',
  IsValid: true,
  ObjectState: 'Unchanged',
})

const recipientRows = (owner: Person, trustees: readonly string[]): Row[] =>
  [SELF, ...trustees].map((trustee) => recipientRow(owner, trustee))

const recipientRow = (owner: Person, trustee: string): Row => ({
  Identity: owner.id,
  Trustee: trustee,
  AccessControlType: 'Allow',
  AccessRights: ['SendAs'],
  IsInherited: false,
  InheritanceType: 'None',
  IsValid: true,
  ObjectState: 'Unchanged',
})

function read({ given, tenant }: Invocation, named: string, right: string): { owner: Person; trustee: Person } {
  const rights = given.texts('AccessRights')!
  if (rights.some((each) => each !== right)) throw new NotBuilt(`the access right ${rights.join(', ')}`)
  const trustee = findPerson(tenant, given.text(named)!)
  if (!trustee) throw notFound(given.text(named)!)
  return { owner: ownerNamed(tenant, given.text('Identity')!), trustee }
}

function add(call: Invocation, named: string, field: Field, right: string, row: typeof mailboxRow): Result {
  const { owner, trustee } = read(call, named, right)
  const state = stateOf(call.tenant, owner)
  const shown = row(owner, trustee.userPrincipalName)
  if (state[field].includes(trustee.id))
    return {
      rows: [shown],
      warnings: [
        `The appropriate access control entry is already present on the object "${owner.id}" for account "${trustee.userPrincipalName}".`,
      ],
    }
  call.tenant.objects(mailboxStates).put(owner.id, { ...state, [field]: [...state[field], trustee.id] })
  return { rows: [shown] }
}

function remove(call: Invocation, named: string, field: Field, right: string): Result {
  const { owner, trustee } = read(call, named, right)
  const state = stateOf(call.tenant, owner)
  if (owner === trustee) throw refusedBecause('The rights of the owner cannot be removed.')
  if (!state[field].includes(trustee.id))
    return {
      rows: [],
      warnings: [
        `Can't remove the access control entry on the object "${owner.id}" for account "${trustee.userPrincipalName}" because the ACE doesn't exist on the object.`,
      ],
    }
  call.tenant
    .objects(mailboxStates)
    .put(owner.id, { ...state, [field]: state[field].filter((id) => id !== trustee.id) })
  return NOTHING
}
