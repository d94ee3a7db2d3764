import { isDeepStrictEqual } from 'node:util'

import { z } from 'zod'

import { CHANGE_LIST_ROLE, findListItem, ListItem, putListItem } from '#connect/apis/exchange-admin/allow-block-list.ts'
import { EXCHANGE_PERMISSION } from '#connect/apis/exchange-admin/invoke-command.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import { isoTime } from '#domain/clock.ts'
import type { PermissionNeed, RequirementNeed } from '#domain/tenant.ts'

import type { Verdict } from './action.ts'
import type { MailEntryTarget } from './kinds/mail-entry.ts'

/** What the Tenant Allow/Block List has for a value, as it was, and when that was read. */
export const MailEntryState = z.object({
  item: ListItem.optional(),
  wasAction: z.string().optional(),
  readAt: z.string(),
})
export type MailEntryState = z.infer<typeof MailEntryState>

/** @throws AppError CONNECT_* */
export async function readMailEntryState(target: MailEntryTarget): Promise<MailEntryState> {
  const { microsoft, entry, clock, signal } = target
  const item = await findListItem(microsoft, entry, signal)
  return { ...(item && { item, wasAction: item.Action }), readAt: isoTime(clock.now()) }
}

export function blocks(item: ListItem | undefined): boolean {
  return item?.Action === 'Block'
}

export function mailEntryProof({ item }: Pick<MailEntryState, 'item'>): string {
  if (!item) return 'The Tenant Allow/Block List has nothing for it.'
  const end = item.ExpirationDate
    ? ` until ${isoTime(Date.parse(item.ExpirationDate))}`
    : item.RemoveAfter
      ? ` until ${item.RemoveAfter} days after its last use`
      : ' without an end'
  return `The Tenant Allow/Block List ${item.Action === 'Block' ? 'blocks' : 'allows'} it${end}.`
}

/** Whether two items say the same, whatever their ids are. */
export function isSame(a: ListItem | undefined, b: ListItem | undefined): boolean {
  return isDeepStrictEqual(saidBy(a), saidBy(b))
}

function saidBy(item: ListItem | undefined) {
  return item && [item.Action, item.Notes ?? '', endOf(item), item.RemoveAfter ?? undefined]
}

/** Milliseconds; never where it does not end on a day. */
export function endOf({ ExpirationDate }: ListItem): number {
  return ExpirationDate ? Date.parse(ExpirationDate) : Infinity
}

/** What would stand at `now`, had nobody touched what stood before: it may have ended since. */
function standing({ item }: MailEntryState, now: Pick<MailEntryState, 'readAt'>): ListItem | undefined {
  return item && endOf(item) > Date.parse(now.readAt) ? item : undefined
}

/** Puts back what stood before, unless it has ended since. @throws AppError CONNECT_* */
export async function putBack(
  { microsoft, entry: { listType }, clock, signal }: MailEntryTarget,
  before: MailEntryState,
  otherwise: () => Promise<void>,
): Promise<void> {
  const item = standing(before, { readAt: isoTime(clock.now()) })
  if (!item) return otherwise()
  await putListItem(microsoft, { ...item, listType }, signal)
}

/**
 * What it means for going back that `now` is there, after an action whose work looks as `isMade` says. Nothing at all may be half
 * of the way: an item that allows is taken out before one that blocks is put in.
 */
export function backTo(before: MailEntryState, now: MailEntryState, isMade: boolean): Verdict {
  const wanted = standing(before, now)
  const proof = mailEntryProof(now)
  if (isSame(wanted, now.item)) {
    return { is: 'wanted', proof: before.item && !wanted ? `${proof} What stood before has ended since.` : proof }
  }
  return { is: isMade || !now.item ? 'unchanged' : 'elsewhere', proof }
}

export const CHANGE_LIST: PermissionNeed = {
  resource: RESOURCE_TITLES['exchange-admin'],
  permission: EXCHANGE_PERMISSION,
  why: 'To look into the Tenant Allow/Block List, and to change what stands there.',
}

export const LIST_ROLE: RequirementNeed = {
  kind: 'directory-role',
  name: CHANGE_LIST_ROLE,
  why: 'The Tenant Allow/Block List is opened by a directory role of the application, assigned in https://entra.microsoft.com > Roles and administrators.',
}
