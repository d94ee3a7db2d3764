import { removeListItem } from '#connect/apis/exchange-admin/allow-block-list.ts'
import { defineAction } from '#respond/action.ts'
import { listItemsOf } from '#respond/count.ts'
import type { MailEntryTarget } from '#respond/kinds/mail-entry.ts'
import {
  backTo,
  blocks,
  CHANGE_LIST,
  isSame,
  LIST_ROLE,
  mailEntryProof,
  MailEntryState,
  putBack,
  readMailEntryState,
} from '#respond/mail-entry-state.ts'

/**
 * Takes what blocks a sender, a URL, a file or an IPv6 range out of the Tenant Allow/Block List, whoever has put it there. What
 * allows stays.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/remove-tenantallowblocklistitems
 */
export const unblockMailEntry = defineAction<MailEntryState, MailEntryTarget>({
  id: 'unblock-mail-entry',
  on: 'mail-entry',
  title: 'Unblock in mail',
  recoverability:
    'Mail comes through again, unless filtering has reasons of its own; what is in quarantine stays there. Cordon can block it ' +
    'again as it was, under another id, unless the block would have ended by then.',
  permissions: [CHANGE_LIST],
  requirements: [LIST_ROLE],
  does: (count) => `unblock ${listItemsOf(count)} in mail`,
  did: (count) => `unblocked ${listItemsOf(count)} in mail`,
  state: MailEntryState,
  read: readMailEntryState,
  settled: (now) =>
    blocks(now.item)
      ? undefined
      : { state: 'already-done', proof: `${mailEntryProof(now)} It was not blocked before Cordon acted.` },

  execute: ({ microsoft, entry, signal }) => removeListItem(microsoft, entry, signal),
  verify(before, now) {
    const proof = mailEntryProof(now)
    if (!blocks(now.item)) return { is: 'wanted', proof }
    return { is: isSame(before.item, now.item) ? 'unchanged' : 'elsewhere', proof }
  },

  revert: {
    execute: (target, before) => putBack(target, before, async () => {}),
    verify: (before, now) => backTo(before, now, false),
  },
})
