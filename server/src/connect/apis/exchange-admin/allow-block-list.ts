import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

import { invokeCommand, type Cmdlet } from './invoke-command.ts'

/**
 * The Tenant Allow/Block List: senders, URLs, files and IPv6 addresses that mail filtering stops or lets through, whatever it
 * thinks of them.
 * A change works within minutes, at times not before a day. What blocks a sender also keeps one's own users from writing to it.
 *
 * @see https://learn.microsoft.com/defender-office-365/tenant-allow-block-list-about
 */
export const ListType = z.enum(['Sender', 'Url', 'FileHash', 'IP'])
export type ListType = z.infer<typeof ListType>

export const ListItem = z.object({
  /** Opaque; names the entry as long as it stands. */
  Identity: z.string(),
  /** As it was written. */
  Value: z.string(),
  Action: z.enum(['Allow', 'Block']),
  Notes: z.string().nullish(),
  /** ISO 8601, UTC; absent where it does not end on a day. */
  ExpirationDate: z.string().nullish(),
  /** Days after its last use at which an entry that allows ends. */
  RemoveAfter: z.number().nullish(),
})
export type ListItem = z.infer<typeof ListItem>

/** What is to stand in a list. */
export interface ListEntry extends Pick<ListItem, 'Value' | 'Action' | 'Notes' | 'ExpirationDate' | 'RemoveAfter'> {
  listType: ListType
}

/** Directory roles that open the list. */
export const READ_LIST_ROLE = 'Security Reader'
export const CHANGE_LIST_ROLE = 'Security Administrator'

const ADVICE =
  'Look at https://security.microsoft.com/tenantAllowBlockList: of each action a list holds 500 entries, 1,000 with Defender for Office 365 Plan 1, and 10,000 that block with Plan 2.'

/** The entry of a list for a value that stands now; undefined without one. @throws AppError CONNECT_*. */
export async function findListItem(
  microsoft: Microsoft,
  { listType, value }: { listType: ListType; value: string },
  signal?: AbortSignal,
): Promise<ListItem | undefined> {
  const cmdlet: Cmdlet = {
    name: 'Get-TenantAllowBlockListItems',
    parameters: { ListType: listType, Entry: value },
    what: `Could not look for ${value} in the Tenant Allow/Block List.`,
    role: READ_LIST_ROLE,
    signal,
  }
  return (await invokeCommand(microsoft, cmdlet, ListItem))[0]
}

/**
 * Sees to it that an entry stands as given, end and notes included, and gives it. One that does the opposite for the same value
 * is taken out for it: no command turns one into the other, so that for a moment neither stands.
 *
 * @throws AppError CONNECT_*: CONNECT_REQUEST_REFUSED where the value cannot stand in the list, or the list is full.
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/new-tenantallowblocklistitems
 */
export async function putListItem(microsoft: Microsoft, entry: ListEntry, signal?: AbortSignal): Promise<ListItem> {
  const { listType, Value: value, Action } = entry
  let there = await findListItem(microsoft, { listType, value }, signal)
  if (there && there.Action !== Action) {
    await removeListItem(microsoft, { listType, value }, signal)
    there = undefined
  }
  const cmdlet: Cmdlet = {
    name: there ? 'Set-TenantAllowBlockListItems' : 'New-TenantAllowBlockListItems',
    parameters: {
      ListType: listType,
      ...(there ? { Ids: [there.Identity] } : { Entries: [value] }),
      [Action]: true,
      Notes: entry.Notes ?? '',
      ...lifeOf(entry),
    },
    what: `Could not put ${value} into the Tenant Allow/Block List.`,
    role: CHANGE_LIST_ROLE,
    advice: ADVICE,
    signal,
  }
  const [item] = await invokeCommand(microsoft, cmdlet, ListItem)
  return item ?? missing(cmdlet)
}

/** Takes the entry for a value out; one that does not stand any more is out. @throws AppError CONNECT_*. */
export async function removeListItem(
  microsoft: Microsoft,
  { listType, value }: { listType: ListType; value: string },
  signal?: AbortSignal,
): Promise<void> {
  const there = await findListItem(microsoft, { listType, value }, signal)
  if (!there) return
  const cmdlet: Cmdlet = {
    name: 'Remove-TenantAllowBlockListItems',
    parameters: { ListType: listType, Ids: [there.Identity] },
    what: `Could not take ${value} out of the Tenant Allow/Block List.`,
    role: CHANGE_LIST_ROLE,
    advice: ADVICE,
    signal,
  }
  try {
    // What is gone is shown with an action that is none.
    await invokeCommand(microsoft, cmdlet, z.unknown())
  } catch (error) {
    // Gone in the meantime.
    if (!(error instanceof AppError) || error.code !== 'CONNECT_NOT_FOUND') throw error
  }
}

function lifeOf({ ExpirationDate, RemoveAfter }: ListEntry): Record<string, unknown> {
  if (ExpirationDate) return { ExpirationDate }
  return RemoveAfter ? { RemoveAfter } : { NoExpiration: true }
}

function missing({ what, name }: Cmdlet): never {
  throw new AppError({
    code: 'CONNECT_REPLY_UNREADABLE',
    what,
    why: `${name} answered without an entry.`,
    fix: 'Look into the list whether the entry stands, and try again if it does not.',
    retry: 'backoff',
  })
}
