import { z } from 'zod'

import { putListItem, removeListItem } from '#connect/apis/exchange-admin/allow-block-list.ts'
import { isoTime } from '#domain/clock.ts'
import { defineAction } from '#respond/action.ts'
import { listItemsOf } from '#respond/count.ts'
import type { MailEntryTarget } from '#respond/kinds/mail-entry.ts'
import {
  backTo,
  blocks,
  CHANGE_LIST,
  endOf,
  isSame,
  LIST_ROLE,
  mailEntryProof,
  MailEntryState,
  putBack,
  readMailEntryState,
} from '#respond/mail-entry-state.ts'

const Options = z.strictObject({
  note: z.string().trim().max(500).default('Blocked by Cordon.').describe('Why, as the list shows it.'),
  expiresAfterDays: z
    .enum(['1', '7', '30', '90', 'never'])
    .default('30')
    .describe('How long it stands. Defender’s own page offers no more than 90 days, or no end.'),
})

const State = MailEntryState.extend({
  /** Whether it is blocked for as long as is asked for. */
  isBlocked: z.boolean(),
})
type State = z.infer<typeof State>

const HOUR = 60 * 60_000
const DAY = 24 * HOUR

/**
 * Blocks a sender, a URL, a file or an IPv6 range in the mail of the whole company.
 *
 * @see https://learn.microsoft.com/defender-office-365/tenant-allow-block-list-about
 */
export const blockMailEntry = defineAction<State, MailEntryTarget>({
  id: 'block-mail-entry',
  on: 'mail-entry',
  title: 'Block in mail',
  recoverability:
    'Mail from the sender, with the URL or with the file goes to quarantine, within five minutes as a rule; nobody can write to a ' +
    'blocked sender either, and Safe Links stops clicks on the URL. Mail that has been delivered stays. Cordon can take the ' +
    'block away, and puts back what somebody had set before. It holds for mail, not for devices.',
  permissions: [CHANGE_LIST],
  requirements: [LIST_ROLE],
  blocks: true,
  options: Options,
  does: (count) => `block ${listItemsOf(count)} in mail`,
  did: (count) => `blocked ${listItemsOf(count)} in mail`,
  state: State,

  async read(target) {
    const state = await readMailEntryState(target)
    const { item } = state
    // An hour less is no reason to touch what somebody has set, or Cordon a moment ago.
    const isBlocked = item !== undefined && blocks(item) && endOf(item) >= askedEnd(target) - HOUR
    return { ...state, isBlocked }
  },

  settled: (now) =>
    now.isBlocked ? { state: 'already-done', proof: `${mailEntryProof(now)} It did before Cordon acted.` } : undefined,

  async execute(target) {
    const { microsoft, entry, signal } = target
    const { note } = optionsOf(target)
    const end = askedEnd(target)
    const ExpirationDate = end === Infinity ? null : isoTime(end)
    const item = { listType: entry.listType, Value: entry.value, Action: 'Block', Notes: note, ExpirationDate } as const
    await putListItem(microsoft, item, signal)
  },
  verify(before, now) {
    const proof = mailEntryProof(now)
    if (now.isBlocked) return { is: 'wanted', proof }
    // Nothing at all is half of the way from an item that allows.
    return { is: !now.item || isSame(before.item, now.item) ? 'unchanged' : 'elsewhere', proof }
  },

  revert: {
    execute: (target, before) =>
      putBack(target, before, () => removeListItem(target.microsoft, target.entry, target.signal)),
    verify: (before, now) => backTo(before, now, blocks(now.item)),
  },
})

const optionsOf = ({ options }: MailEntryTarget) => Options.parse(options ?? {})

/** When the block is to end, if it is set now; never is infinitely far. */
function askedEnd(target: MailEntryTarget): number {
  const { expiresAfterDays: days } = optionsOf(target)
  return days === 'never' ? Infinity : target.clock.now() + Number(days) * DAY
}
