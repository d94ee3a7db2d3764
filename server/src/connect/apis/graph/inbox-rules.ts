import { isDeepStrictEqual } from 'node:util'

import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

import { sendBatched } from './batch.ts'
import { userUrl } from './mail.ts'
import { percentEncode } from './odata.ts'

/**
 * Inbox rules of a mailbox, as far as Graph shows them: hidden ones are in `exchange-admin/inbox-rules.ts`. What a rule holds
 * is kept whole, so that a deleted one can be made again as it was.
 *
 * @see https://learn.microsoft.com/graph/api/resources/messagerule
 */
const Recipient = z.looseObject({
  emailAddress: z.looseObject({ name: z.string().nullish(), address: z.string().nullish() }).nullish(),
})

const Actions = z.looseObject({
  forwardTo: z.array(Recipient).nullish(),
  forwardAsAttachmentTo: z.array(Recipient).nullish(),
  redirectTo: z.array(Recipient).nullish(),
})
/** The actions that send mail on. */
const FORWARDS = ['forwardTo', 'forwardAsAttachmentTo', 'redirectTo'] as const

export const InboxRule = z.looseObject({
  id: z.string(),
  displayName: z.string().nullish(),
  /** Those with lower numbers run first. */
  sequence: z.number().nullish(),
  isEnabled: z.boolean().nullish(),
  /** It cannot be changed here. */
  isReadOnly: z.boolean().nullish(),
  hasError: z.boolean().nullish(),
  actions: Actions.nullish(),
})
export type InboxRule = z.infer<typeof InboxRule>

/** Microsoft's reference opens reading by this one alone: whoever changes rules needs both. */
export const READ_RULES = 'MailboxSettings.Read'
export const CHANGE_RULES = 'MailboxSettings.ReadWrite'

const RulePage = z.object({ value: z.array(InboxRule), '@odata.nextLink': z.string().nullish() })

/** The visible rules of a mailbox, in the order in which they run. @throws AppError CONNECT_*. */
export async function listInboxRules(microsoft: Microsoft, userId: string, signal?: AbortSignal): Promise<InboxRule[]> {
  const request = {
    api: 'graph' as const,
    path: rulesPath(userId),
    what: `Could not list the inbox rules of ${userId}.`,
    permission: READ_RULES,
    ...(signal && { signal }),
  }
  const { value: rules, '@odata.nextLink': next } = await sendBatched(microsoft, request, RulePage)
  if (next) {
    for await (const more of microsoft.pages({ ...request, path: next }, InboxRule)) rules.push(...more)
  }
  return rules.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))
}

/**
 * To whom a rule sends mail on: addresses as Graph shows them, or names where it shows none; empty where it does not. A
 * contact's address says nothing of where it leads.
 */
export function forwardsOf({ actions }: InboxRule): string[] {
  const recipients = FORWARDS.flatMap((list) => actions?.[list] ?? [])
  return [...new Set(recipients.map(({ emailAddress }) => emailAddress?.address || (emailAddress?.name ?? '')))]
}

/**
 * Enables or disables a rule.
 *
 * @throws AppError CONNECT_*: CONNECT_NOT_FOUND where it is gone.
 * @see https://learn.microsoft.com/graph/api/messagerule-update
 */
export async function setInboxRuleEnabled(
  microsoft: Microsoft,
  { userId, ruleId, isEnabled, signal }: { userId: string; ruleId: string; isEnabled: boolean; signal?: AbortSignal },
): Promise<void> {
  const request = changing(userId, `Could not ${isEnabled ? 'enable' : 'disable'} an inbox rule of ${userId}.`, signal)
  const patch = { ...request, method: 'PATCH', path: rulePath(userId, ruleId), body: { isEnabled } } as const
  await sendBatched(microsoft, patch, z.unknown())
}

/** Deletes a rule; one that is not there any more is deleted. @throws AppError CONNECT_*. */
export async function deleteInboxRule(
  microsoft: Microsoft,
  { userId, ruleId, signal }: { userId: string; ruleId: string; signal?: AbortSignal },
): Promise<void> {
  try {
    const request = changing(userId, `Could not delete an inbox rule of ${userId}.`, signal)
    await sendBatched(microsoft, { ...request, method: 'DELETE', path: rulePath(userId, ruleId) }, z.unknown())
  } catch (error) {
    if (!(error instanceof AppError) || error.microsoft?.code !== 'ErrorItemNotFound') throw error
  }
}

/**
 * Makes a rule again from what {@link listInboxRules} gave, under another id. Where one like it is there, as after a crash,
 * gives that one and makes none.
 *
 * @throws AppError CONNECT_*.
 */
export async function recreateInboxRule(
  microsoft: Microsoft,
  { userId, rule, signal }: { userId: string; rule: InboxRule; signal?: AbortSignal },
): Promise<InboxRule> {
  const there = await listInboxRules(microsoft, userId, signal)
  const same = there.find((each) => isSameRule(each, rule))
  if (same) return same
  return sendBatched(
    microsoft,
    {
      ...changing(userId, `Could not make an inbox rule of ${userId} again.`, signal),
      method: 'POST',
      path: rulesPath(userId),
      body: contentOf(rule),
      // A second one would stand beside the first.
      repeatable: false,
    },
    InboxRule,
  )
}

/** Whether two rules do the same under the same name and number, whatever their ids are. */
export function isSameRule(a: InboxRule, b: InboxRule): boolean {
  return isDeepStrictEqual(contentOf(a), contentOf(b))
}

/** What makes a rule, without what Microsoft says about it. */
function contentOf(rule: InboxRule): Record<string, unknown> {
  const { id: _, hasError: __, isReadOnly: ___, ...content } = rule
  return Object.fromEntries(Object.entries(content).filter(([name]) => !name.includes('@')))
}

const rulesPath = (userId: string): string => `/v1.0${userUrl(userId)}/mailFolders/inbox/messageRules`
const rulePath = (userId: string, ruleId: string): string => `${rulesPath(userId)}/${percentEncode(ruleId)}`

function changing(userId: string, what: string, signal?: AbortSignal) {
  return {
    api: 'graph' as const,
    path: rulesPath(userId),
    what,
    permission: CHANGE_RULES,
    repeatable: true,
    ...(signal && { signal }),
  }
}
