import { z } from 'zod'

import { releaseQuarantined } from '#connect/apis/exchange-admin/quarantine.ts'
import { AppError } from '#domain/errors.ts'
import { defineAction } from '#respond/action.ts'
import { quarantinedMessagesOf } from '#respond/count.ts'
import type { QuarantinedMessageTarget } from '#respond/kinds/quarantined-message.ts'
import {
  MANAGE_QUARANTINE,
  QUARANTINE_ROLE,
  quarantineProof,
  QuarantinedMessageState,
  readQuarantinedMessage,
} from '#respond/quarantined-message-state.ts'

const ADDRESS = String.raw`[^\s,@]+@[^\s,@]+`

const Options = z.strictObject({
  recipients: z
    .string()
    .trim()
    .regex(new RegExp(String.raw`^(${ADDRESS}(\s*,\s*${ADDRESS})*)?$`), 'must be addresses, separated by commas')
    .optional()
    .describe('Addresses of the recipients who are to get it, separated by commas; all of them where none is named.'),
})

const State = QuarantinedMessageState.extend({
  /** Recipients who are to get it and have not. */
  left: z.array(z.string()),
  /** Named in the settings, and no recipient of this message. */
  strangers: z.array(z.string()),
})
type State = z.infer<typeof State>

/** Microsoft does not say how long a release takes. */
const PATIENCE: readonly number[] = [2, 3, 5, 10, 20, 30, 60, 60, 60].map((seconds) => seconds * 1000)

/**
 * Has quarantined mail delivered. A release that a recipient asked for, or was denied, is no hindrance to an administrator's.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/release-quarantinemessage
 */
export const releaseQuarantinedMessage = defineAction<State, QuarantinedMessageTarget>({
  id: 'release-quarantined-message',
  on: 'quarantined-message',
  title: 'Release quarantined message',
  recoverability:
    'The message is delivered to its recipients, with its links and attachments, and Cordon cannot put it back into quarantine. ' +
    'Find what was delivered by an investigation to take it out of mailboxes again. Inbox rules and other filters may still ' +
    'move it, or hold it back anew.',
  permissions: [MANAGE_QUARANTINE],
  requirements: [QUARANTINE_ROLE],
  options: Options,
  does: (count, options) => `release ${quarantinedMessagesOf(count)} to ${whom(options)}`,
  did: (count, options) => `released ${quarantinedMessagesOf(count)} to ${whom(options)}`,
  state: State,
  patience: PATIENCE,

  async read(target) {
    const now = await readQuarantinedMessage(target)
    const { recipients } = target.message
    const asked = askedFor(target.options) ?? recipients
    const left = hasEverybody(now, target.options) ? [] : asked.filter((each) => !isAmong(gotIt(now), each))
    return { ...now, left, strangers: asked.filter((each) => !isAmong(recipients, each)) }
  },

  settled(now) {
    if (!now.isHeld) return { state: 'failed', reason: quarantineProof(now) }
    if (now.strangers.length > 0) return { state: 'failed', reason: `No recipient of it: ${now.strangers.join(', ')}.` }
    return now.left.length === 0
      ? { state: 'already-done', proof: `${quarantineProof(now)} It was before Cordon acted.` }
      : undefined
  },

  async execute(target) {
    const { microsoft, message, options, signal } = target
    const { identity } = message
    const isUnderWay = async () => isPreparing(await readQuarantinedMessage(target))
    // Exchange refuses what has begun already: before a crash of Cordon, or because of somebody else.
    if (await isUnderWay()) return
    try {
      await releaseQuarantined(microsoft, { identity, users: askedFor(options), signal })
    } catch (error) {
      // Where the reply was lost the release may have begun nevertheless, and takes its time.
      if (!(error instanceof AppError) || !(await isUnderWay().catch(() => false))) throw error
    }
  },

  verify(before, now) {
    const proof = proofOf(now)
    if (now.isHeld && now.left.length === 0) return { is: 'wanted', proof }
    return { is: now.isHeld && now.left.length < before.left.length ? 'partly' : 'unchanged', proof }
  },
})

/** Undefined for all recipients. */
function askedFor(options: Record<string, unknown> | undefined): string[] | undefined {
  const { recipients = '' } = Options.parse(options ?? {})
  return recipients === '' ? undefined : recipients.split(',').map((each) => each.trim())
}

function whom(options: Record<string, unknown> | undefined): string {
  return askedFor(options)?.join(', ') ?? 'all recipients'
}

function isAmong(users: readonly string[], user: string): boolean {
  return users.some((each) => each.toLowerCase() === user.toLowerCase())
}

function isPreparing({ releaseStatus }: QuarantinedMessageState): boolean {
  return releaseStatus === 'PREPARINGTORELEASE'
}

/** While a release is under way, or has gone wrong, it is not told who of those named has got it. */
function gotIt(now: QuarantinedMessageState): readonly string[] {
  return isPreparing(now) || now.releaseStatus === 'ERROR' ? [] : now.releasedTo
}

/** Exchange may call a message released and name nobody. */
function hasEverybody(
  { releaseStatus, releasedTo }: QuarantinedMessageState,
  options: QuarantinedMessageTarget['options'],
) {
  return askedFor(options) === undefined && releaseStatus === 'RELEASED' && releasedTo.length === 0
}

function proofOf(now: State): string {
  const open = now.isHeld && now.left.length > 0 ? ` Not to ${now.left.join(', ')}.` : ''
  const later = isPreparing(now) ? ' The release goes on, and may yet come to its end.' : ''
  return `${quarantineProof(now)}${open}${later}`
}
