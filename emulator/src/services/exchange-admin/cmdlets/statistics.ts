import { isRecoverable, pathOf } from '#world/mail/folders.ts'
import { sizeOfItem } from '#world/mail/item.ts'
import { bytes, guid, int32, offsetMoment } from '#services/exchange-admin/wire.ts'
import { flag, oneOf, size, text } from '#services/exchange-admin/parameters.ts'
import { mailboxGuid, mailboxNamed } from '#services/exchange-admin/recipient.ts'
import { paged } from '#services/exchange-admin/cmdlet.ts'
import type { Cmdlet, Invocation } from '#services/exchange-admin/cmdlet.ts'
import type { Message } from '#world/mail/message.ts'
import type { Row } from '#services/exchange-admin/wire.ts'

/** How much lies in a mailbox, as a whole and by folder. */

const SCOPES = {
  All: undefined,
  Archive: 'archive',
  ConversationHistory: 'conversationhistory',
  DeletedItems: 'deleteditems',
  Drafts: 'drafts',
  Inbox: 'inbox',
  JunkEmail: 'junkemail',
  Outbox: 'outbox',
  RecoverableItems: 'recoverableitemsroot',
  SentItems: 'sentitems',
  SyncIssues: 'syncissues',
} as const

export const statisticsCmdlets: readonly Cmdlet[] = [
  {
    name: 'Get-MailboxStatistics',
    area: 'recipients',
    parameters: { Identity: text, IncludeSoftDeletedRecipients: flag },
    notBuilt: ['Archive', 'IncludeMoveHistory', 'IncludeMoveReport', 'IncludeQuarantineDetails', 'Database', 'Server'],
    mandatory: ['Identity'],
    run: (call) => ({ rows: [mailboxRow(call)] }),
  },
  {
    name: 'Get-MailboxFolderStatistics',
    area: 'recipients',
    parameters: {
      Identity: text,
      FolderScope: oneOf('Microsoft.Exchange.Data.Directory.SystemConfiguration.ElcFolderType', ...Object.keys(SCOPES)),
      IncludeOldestAndNewestItems: flag,
      ResultSize: size,
    },
    notBuilt: ['Archive', 'IncludeAnalysis', 'SkipCount', 'DiagnosticInfo', 'IncludeSoftDeletedRecipients'],
    mandatory: ['Identity'],
    run: (call) => paged(folderRows(call), call),
  },
]

const total = (messages: readonly Message[]) => messages.reduce((sum, { item }) => sum + sizeOfItem(item), 0)

function mailboxRow({ given, tenant }: Invocation): Row {
  const mailbox = mailboxNamed(tenant, given.text('Identity')!)
  const { person, messages } = mailbox
  const deleted = messages.filter(({ folder }) => isRecoverable(folder))
  const kept = messages.filter(({ folder }) => !isRecoverable(folder))
  const last = messages.find(({ item }) => !item.isDraft)
  return {
    AssociatedItemCount: int32(17),
    DeletedItemCount: int32(deleted.length),
    DisplayName: person.displayName,
    Identity: mailboxGuid(tenant.world, person),
    ItemCount: int32(kept.length),
    LastLogonTime: last ? offsetMoment(last.item.receivedAt) : null,
    LegacyDN: `/o=ExchangeLabs/cn=${person.id}`,
    MailboxGuid: guid(mailboxGuid(tenant.world, person)),
    MailboxType: 'Private',
    MailboxTypeDetail: person.kind === 'shared' ? 'SharedMailbox' : 'UserMailbox',
    OwnerADGuid: guid(person.id),
    StorageLimitStatus: 'BelowLimit',
    TotalDeletedItemSize: bytes(total(deleted)),
    TotalItemSize: bytes(total(kept)),
    IsValid: true,
  }
}

function* folderRows({ given, tenant }: Invocation): Generator<Row> {
  const { folders, messages, person, ...mailbox } = openNamed(tenant, given.text('Identity')!)
  const scope = given.text('FolderScope') as keyof typeof SCOPES | undefined
  const root = scope && SCOPES[scope]
  const paths = new Map(folders.map(({ key }) => [key, pathOf(folders, key).replaceAll('\\', '/')]))
  const above = root === undefined ? '/' : paths.get(root)!
  for (const folder of folders) {
    const path = paths.get(folder.key)!
    if (root !== undefined && path !== above && !path.startsWith(`${above}/`)) continue
    const inside = messages.filter((message) => message.folder === folder.key)
    const below = messages.filter((message) => `${paths.get(message.folder) ?? ''}/`.startsWith(`${path}/`))
    yield {
      Name: folder.displayName,
      Identity: `${person.userPrincipalName}${path.replaceAll('/', '\\')}`,
      FolderPath: path,
      FolderId: mailbox.folderId(folder.key),
      FolderType: folder.key.includes(':') ? 'User Created' : folder.displayName.replaceAll(' ', ''),
      ItemsInFolder: int32(inside.length),
      DeletedItemsInFolder: int32(0),
      FolderSize: bytes(total(inside)),
      ItemsInFolderAndSubfolders: int32(below.length),
      FolderAndSubfolderSize: bytes(total(below)),
      HiddenItemsInFolder: int32(0),
      ...(given.flag('IncludeOldestAndNewestItems')
        ? {
            NewestItemReceivedDate: inside[0] ? offsetMoment(inside[0].item.receivedAt) : null,
            OldestItemReceivedDate: inside.length > 0 ? offsetMoment(inside.at(-1)!.item.receivedAt) : null,
          }
        : {}),
    }
  }
}

function openNamed(tenant: Invocation['tenant'], identity: string) {
  const mailbox = mailboxNamed(tenant, identity)
  const { folders, messages, person } = mailbox
  return { folders, messages, person, folderId: (key: string) => mailbox.folderId(key) }
}
