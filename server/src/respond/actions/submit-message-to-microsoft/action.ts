import { z } from 'zod'

import {
  EmailSubmission,
  listSubmissions,
  readSubmission,
  SubmissionCategory,
  submitEmail,
  SUBMIT_THREATS,
} from '#connect/apis/graph/threat-submissions.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import { defineAction } from '#respond/action.ts'
import { messagesOf } from '#respond/count.ts'
import type { MessageTarget } from '#respond/kinds/message.ts'
import { MessageState, readMessage, settledWhenGone } from '#respond/message-state.ts'

const Options = z.strictObject({
  category: SubmissionCategory.default('phishing').describe(
    'What it is taken for; notJunk is mail that was wrongly held for bad.',
  ),
})

const State = MessageState.extend({
  /** As that category it has been submitted; absent where it was not, or as another. */
  submission: EmailSubmission.optional(),
  /** Of the submission that Cordon made, by which it is found again. */
  submissionId: z.string().optional(),
})
type State = z.infer<typeof State>

/** Microsoft answers with the submission; its list may hear of it later. */
const PATIENCE: readonly number[] = [1, 2, 5, 10, 20, 30].map((seconds) => seconds * 1000)

/**
 * Has Microsoft look at a message, as the Submissions page of Defender does. What it finds out is not waited for.
 *
 * @see https://learn.microsoft.com/graph/api/security-emailthreatsubmission-post-emailthreats
 */
export const submitMessageToMicrosoft = defineAction<State, MessageTarget>({
  id: 'submit-message-to-microsoft',
  on: 'message',
  title: 'Submit to Microsoft',
  recoverability:
    'A copy of the message, with all that is in it, goes to Microsoft, where people may read it; Cordon cannot take it back. ' +
    'The message itself stays where it is. What Microsoft finds out comes minutes to days later: on the Submissions page of ' +
    'Defender, and as an event where mail submitted to Microsoft is collected. Microsoft offers it in beta of Graph alone.',
  permissions: [
    {
      resource: RESOURCE_TITLES.graph,
      permission: SUBMIT_THREATS,
      why: 'To submit messages to Microsoft, and to read back what became of that.',
    },
    {
      resource: RESOURCE_TITLES.graph,
      permission: 'Mail.Read',
      why: 'To look whether the message is still in the mailbox.',
    },
  ],
  notOfferedIn: {
    clouds: ['gcc-high', 'dod', 'china'],
    why: 'Microsoft takes submissions by its API in the worldwide cloud alone.',
  },
  options: Options,
  does: (count, options) => `submit ${messagesOf(count)} to Microsoft as ${categoryOf(options)}`,
  did: (count, options) => `submitted ${messagesOf(count)} to Microsoft as ${categoryOf(options)}`,
  state: State,
  patience: PATIENCE,

  async read(target, before) {
    const [where, submission] = await Promise.all([
      readMessage(target, { places: [], copies: false }, before),
      findSubmission(target, before?.submissionId),
    ])
    return { ...where, ...(submission && { submission }) }
  },

  settled(now) {
    // What is submitted stays so, wherever the message has gone.
    if (isTaken(now)) return { state: 'already-done', proof: `${proofOf(now)} It was submitted before Cordon acted.` }
    return settledWhenGone(now)
  },

  async execute({ microsoft, hit, options, signal }) {
    const { userId, messageId, userPrincipalName: recipient } = hit
    const message = { userId, messageId, recipient, category: categoryOf(options) }
    return { submissionId: (await submitEmail(microsoft, message, signal)).id }
  },
  verify: (_before, now) => ({ is: isTaken(now) ? 'wanted' : 'unchanged', proof: proofOf(now) }),
})

const categoryOf = (options: Record<string, unknown> | undefined) => Options.parse(options ?? {}).category

/** That of the id; without one, the newest of this message for this mailbox, as this category. */
async function findSubmission(target: MessageTarget, id: string | undefined): Promise<EmailSubmission | undefined> {
  const { microsoft, hit, options, signal } = target
  if (id !== undefined) return readSubmission(microsoft, id, signal)
  const category = categoryOf(options)
  let newest: EmailSubmission | undefined
  for await (const page of listSubmissions(microsoft, hit.receivedAt, signal)) {
    for (const each of page) {
      if (each.category !== category || each.internetMessageId !== hit.internetMessageId) continue
      if (each.recipientEmailAddress?.toLowerCase() !== hit.userPrincipalName.toLowerCase()) continue
      if (!newest || (each.createdDateTime ?? '') > (newest.createdDateTime ?? '')) newest = each
    }
  }
  return newest
}

function isTaken({ submission }: State): boolean {
  return submission !== undefined && submission.status !== 'failed'
}

function proofOf({ submission }: State): string {
  if (!submission) return 'Microsoft has no submission of the message as this category.'
  const { id, category, status, result } = submission
  const found = [result?.category, result?.detail].filter((each) => each && each !== 'none').join(', ')
  return `Microsoft has the submission ${id} as ${category}; it is ${status}${found === '' ? '' : `: ${found}`}.`
}
