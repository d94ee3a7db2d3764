import { z } from 'zod'

import { AppError } from '#domain/errors.ts'
import { defineAction } from '#respond/action.ts'
import type { MessageTarget } from '#respond/kinds/message.ts'
import { mailboxesOf, messagesOf } from '#respond/count.ts'
import { isIn, MessageState, readMessage, settledWhenGone, verifyGone } from '#respond/message-state.ts'

import { gather } from './gather.ts'
import { Pair, readPair } from './pair.ts'

const RemediateOptions = z.strictObject({
  depth: z
    .enum(['hardDelete', 'softDelete'])
    .default('hardDelete')
    .describe('softDelete leaves messages in Recoverable Items, from where they can be restored.'),
})
type RemediateOptions = z.infer<typeof RemediateOptions>

const RemediateState = MessageState.extend({ pair: Pair.optional(), depth: RemediateOptions.shape.depth })
type RemediateState = z.infer<typeof RemediateState>

/** Microsoft names minutes to hours; most of it is done within a few minutes. About half an hour in all. */
const PATIENCE = [2, 3, 5, 10, 20, 30, 60, ...Array.from({ length: 28 }, () => 60)].map((seconds) => seconds * 1000)

/**
 * Has Defender for Office 365 delete messages, as its Threat Explorer does. Microsoft answers only that it has accepted the
 * request; whether the message is gone is read from the mailbox.
 *
 * @see https://learn.microsoft.com/graph/api/security-analyzedemail-remediate
 */
export const remediateMessage = defineAction<RemediateState, MessageTarget>({
  id: 'remediate-message',
  on: 'message',
  title: 'Remediate through Defender',
  recoverability:
    'With hardDelete neither the user nor Cordon can bring the message back; Exchange keeps it only where single item ' +
    'recovery (14 days unless changed) or a hold applies. With softDelete it lies in Recoverable Items, from where the ' +
    'user, or Cordon with "Restore", can bring it back. Needs Microsoft Defender for Office 365 Plan 2, and Microsoft may ' +
    'take minutes to hours. Microsoft offers it in the worldwide cloud alone.',
  permissions: [
    {
      resource: 'Microsoft Graph',
      permission: 'SecurityAnalyzedMessage.ReadWrite.All',
      why: 'To have Defender for Office 365 delete messages.',
    },
  ],
  notOfferedIn: {
    clouds: ['gcc', 'gcc-high', 'dod', 'china'],
    why: 'Microsoft offers remediation by its API in the worldwide cloud alone.',
  },
  options: RemediateOptions,
  does: (count) => `have Defender delete ${messagesOf(count)} from ${mailboxesOf(count)}`,
  did: (count) => `had Defender delete ${messagesOf(count)} from ${mailboxesOf(count)}`,
  state: RemediateState,
  patience: PATIENCE,

  async read(target, before) {
    const { depth } = optionsOf(target)
    const [where, pair] = await Promise.all([
      readMessage(target, { places: ['recoverable-items'], copies: true }, before),
      before?.pair ?? readPair(target),
    ])
    return { ...where, depth, ...(pair && { pair }) }
  },

  settled(now) {
    if (now.place === 'recoverable-items' && now.depth === 'softDelete') {
      return { state: 'already-gone', proof: 'The message was in Recoverable Items before Cordon acted.' }
    }
    if (now.place !== 'gone' && !now.pair) {
      return { state: 'failed', reason: 'The message carries no network message ID, by which Defender knows it.' }
    }
    return settledWhenGone(now)
  },

  execute(target, before) {
    const { microsoft, hit } = target
    const { depth } = optionsOf(target)
    return gather(microsoft, depth, before.pair!, (analyzedEmails) =>
      remediate(target, { action: depth, subject: hit.subject, analyzedEmails }),
    )
  },

  verify(before, now) {
    if (now.place === 'recoverable-items' && now.depth === 'softDelete') return { is: 'wanted', proof: isIn(now) }
    return verifyGone(before, now)
  },
})

function optionsOf({ options = {} }: MessageTarget): RemediateOptions {
  return RemediateOptions.parse(options)
}

/** One request for all of them. Asking twice does no harm: what is gone already stays so. */
async function remediate(
  { microsoft }: MessageTarget,
  { action, subject, analyzedEmails }: { action: string; subject: string; analyzedEmails: readonly Pair[] },
): Promise<void> {
  try {
    await microsoft.send({
      api: 'graph',
      method: 'POST',
      path: '/v1.0/security/collaboration/analyzedEmails/remediate',
      body: {
        displayName: `Cordon: ${subject}`.slice(0, 100),
        description: 'Requested by Cordon.',
        severity: 'medium',
        action,
        remediateSendersCopy: false,
        analyzedEmails,
      },
      repeatable: true,
      what: 'Defender did not take the remediation.',
      permission: 'SecurityAnalyzedMessage.ReadWrite.All',
    })
  } catch (error) {
    if (error instanceof AppError && /licen[cs]e/i.test(error.microsoft?.message ?? '')) throw unlicensed(error)
    throw error
  }
}

function unlicensed({ what, why, microsoft, cause }: AppError): AppError {
  return new AppError({
    code: 'CONNECT_REQUEST_REFUSED',
    what,
    why,
    fix: 'Use delete-message, which needs no license, or assign Microsoft Defender for Office 365 Plan 2.',
    ...(microsoft && { microsoft }),
    cause,
  })
}
