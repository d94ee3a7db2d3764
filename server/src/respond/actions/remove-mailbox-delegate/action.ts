import { z } from 'zod'

import { addDelegate, type Delegate, listDelegates, removeDelegate } from '#connect/apis/exchange-admin/mailbox.ts'
import { addressOf } from '#connect/apis/exchange-admin/recipients.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { defineAction, type Verdict } from '#respond/action.ts'
import { mailboxesOf } from '#respond/count.ts'
import { checkCommand, EXCHANGE_ADMINISTRATOR, manageExchange } from '#respond/exchange-needs.ts'
import type { MailboxTarget } from '#respond/kinds/mailbox.ts'
import { toEach } from '#respond/to-each.ts'
import { READ_USERS } from '#respond/user-state.ts'

const Options = z.strictObject({
  delegate: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .optional()
    .describe(
      'Whose rights to take away, as Exchange names him: by user principal name as a rule. Everybody’s when absent.',
    ),
})

const State = z.object({
  delegates: z.array(z.object({ right: z.enum(['FullAccess', 'SendAs', 'SendOnBehalf']), trustee: z.string() })),
  /** How many rights, for people. */
  had: z.string(),
})
type State = z.infer<typeof State>

const wordsOf = (delegates: readonly Delegate[]): string =>
  delegates.map(({ right, trustee }) => `${trustee} (${right})`).join(', ')
const keyOf = ({ right, trustee }: Delegate): string => `${right} ${trustee}`

/** What the delegate goes by: a right names him by user principal name or by address, which may differ. */
async function namesOf(microsoft: Microsoft, delegate: string, signal: AbortSignal | undefined): Promise<Set<string>> {
  const address = await addressOf(microsoft, delegate, signal)
  return new Set([delegate, ...(address === undefined ? [] : [address])].map((name) => name.toLowerCase()))
}

/** Those of `delegates` that are there, or are not. */
const among = (delegates: readonly Delegate[], now: State, isThere: boolean): Delegate[] => {
  const keys = new Set(now.delegates.map(keyOf))
  return delegates.filter((each) => keys.has(keyOf(each)) === isThere)
}

/** What it means that of `delegates`, which were to change, `left` have not. */
function judge(delegates: readonly Delegate[], left: readonly Delegate[], done: string, open: string): Verdict {
  if (left.length === 0) return { is: 'wanted', proof: `${done}: ${wordsOf(delegates)}.` }
  return { is: left.length === delegates.length ? 'unchanged' : 'partly', proof: `${open}: ${wordsOf(left)}.` }
}

/**
 * Takes away rights of others to a mailbox: to open it, to send as it, and to send on its behalf.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/remove-mailboxpermission
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/set-mailbox
 */
export const removeMailboxDelegate = defineAction<State, MailboxTarget>({
  id: 'remove-mailbox-delegate',
  on: 'mailbox',
  title: 'Remove delegates of mailbox',
  recoverability:
    'Nobody else opens the mailbox (FullAccess), sends as it (SendAs) or on its behalf (SendOnBehalf) any more, or one delegate ' +
    'alone does not. Outlook may take an hour to notice. Cordon can give back the rights that it took away. Rights to single ' +
    'folders stay as they are.',
  permissions: [
    manageExchange('To read and take away the rights of others to mailboxes, and to give them back.'),
    READ_USERS,
  ],
  requirements: [EXCHANGE_ADMINISTRATOR],
  check: (microsoft) =>
    checkCommand((mailbox) => removeDelegate(microsoft, { mailbox, right: 'FullAccess', trustee: mailbox })),
  options: Options,
  does: (count) => `remove delegates of ${mailboxesOf(count)}`,
  did: (count) => `removed delegates of ${mailboxesOf(count)}`,
  state: State,
  async read({ microsoft, user, options, signal }) {
    const { delegate } = Options.parse(options ?? {})
    const all = await listDelegates(microsoft, { mailbox: user.id, signal })
    const meant = delegate === undefined ? undefined : await namesOf(microsoft, delegate, signal)
    const delegates = all.filter(({ trustee }) => meant === undefined || meant.has(trustee.toLowerCase()))
    return { delegates, had: delegates.length === 1 ? '1 right' : `${delegates.length} rights` }
  },
  settled: (now) =>
    now.delegates.length === 0
      ? { state: 'already-done', proof: 'Nobody else had such a right before Cordon acted.' }
      : undefined,

  execute: ({ microsoft, user, signal }, before) =>
    toEach(before.delegates, (each) => removeDelegate(microsoft, { mailbox: user.id, ...each, signal })),
  verify: ({ delegates }, now) =>
    judge(delegates, among(delegates, now, true), 'Without a right', 'Still with a right'),

  revert: {
    execute: ({ microsoft, user, signal }, before) =>
      toEach(before.delegates, (each) => addDelegate(microsoft, { mailbox: user.id, ...each, signal })),
    verify: ({ delegates }, now) =>
      judge(delegates, among(delegates, now, false), 'With a right again', 'Still without a right'),
  },
})
