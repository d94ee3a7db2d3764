import { z } from 'zod'

import { messageUrl, userUrl } from '#connect/apis/graph/mail.ts'
import { AppError } from '#domain/errors.ts'
import type { PermissionNeed } from '#domain/tenant.ts'
import { act, mailReadWrite } from '#respond/act.ts'
import { defineAction } from '#respond/action.ts'
import type { MessageTarget } from '#respond/kinds/message.ts'
import { mailboxesOf, messagesOf } from '#respond/count.ts'
import { MessageState, readMessage, settledWhenGone } from '#respond/message-state.ts'

import { hasBanner, withBanner } from './banner.ts'
import { Body, readMarks } from './marks.ts'

/** Colors of Outlook's categories: preset0 is red. */
const COLORS = Array.from({ length: 25 }, (_, i) => `preset${i}`) as [string, ...string[]]

const WarnOptions = z.strictObject({
  category: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .default('Phishing warning')
    .describe('Name of the category, as users see it.'),
  color: z.enum(COLORS).default('preset0').describe('Color of the category where the mailbox does not have it yet.'),
  banner: z.boolean().default(false).describe('Whether to write the warning above the text of the message as well.'),
})
type WarnOptions = z.infer<typeof WarnOptions>

const WarnState = MessageState.extend({
  /** The warning that the message gets. */
  category: z.string(),
  categories: z.array(z.string()),
  /** Whether its text has a banner; absent where no banner is wished. */
  banner: z.boolean().optional(),
  /** The text before the banner, for the way back. Never shown. */
  body: Body.optional(),
})
type WarnState = z.infer<typeof WarnState>

/** From this moment on Microsoft wants a permission of its own for changing the text of mail that was delivered. */
const ADVANCED_FROM = Date.UTC(2026, 11, 31)
const ADVANCED: PermissionNeed = {
  resource: 'Microsoft Graph',
  permission: 'Mail-Advanced.ReadWrite.All',
  why: 'To write a banner above the text of delivered mail, from 31 December 2026 on.',
}

/**
 * Warns the user of a message: a category in red, and on request a banner above the text. The user keeps the message.
 *
 * @see https://learn.microsoft.com/graph/api/message-update
 */
export const warnMessage = defineAction<WarnState, MessageTarget>({
  id: 'warn-message',
  on: 'message',
  title: 'Mark with a warning',
  recoverability:
    'The user keeps the message, marked with a category. Cordon can take the category off, and puts the text back as it ' +
    'was where a banner was written. A banner breaks the signature of signed mail while it is there.',
  permissions: [
    mailReadWrite('To mark messages with a category, and to read them back afterwards.'),
    {
      resource: 'Microsoft Graph',
      permission: 'MailboxSettings.ReadWrite',
      why: 'To give the category a color in mailboxes that do not have it yet.',
    },
  ],
  options: WarnOptions,
  optionNeeds: (options, now) => (WarnOptions.parse(options).banner && now >= ADVANCED_FROM ? [ADVANCED] : []),
  does: (count) => `mark ${messagesOf(count)} in ${mailboxesOf(count)} with a warning`,
  did: (count) => `marked ${messagesOf(count)} in ${mailboxesOf(count)} with a warning`,
  state: WarnState,

  async read(target, before) {
    const { category, banner } = optionsOf(target)
    const [where, marks] = await Promise.all([
      readMessage(target, { places: [], copies: false }, before),
      readMarks(target, { body: banner }),
    ])
    const { categories = [], body } = marks ?? {}
    return {
      ...where,
      category,
      categories,
      ...(body && { banner: hasBanner(body) }),
      // What was read back carries the banner, and is nothing to go back to.
      ...(body && !before && { body }),
    }
  },

  settled: (now) =>
    settledWhenGone(now) ?? (isWarned(now) ? { state: 'already-done', proof: proofOf(now) } : undefined),

  async execute(target, before) {
    const { category, color, banner } = optionsOf(target)
    await offerCategory(target, category, color)
    await update(target, {
      categories: withCategory(before.categories, category),
      ...(banner && before.body && { body: withBanner(before.body, category) }),
    })
  },

  verify(before, now) {
    if (now.place === 'gone') return { is: 'elsewhere', proof: 'The message is in no folder that the user can reach.' }
    return { is: isWarned(now) ? 'wanted' : 'unchanged', proof: proofOf(now) }
  },

  revert: {
    async execute(target, before) {
      const now = await readMarks(target, { body: false })
      // Categories that the user has set since stay.
      const since = (now?.categories ?? []).filter((each) => each !== before.category)
      const own = before.categories.includes(before.category) ? [before.category] : []
      await update(target, { categories: [...since, ...own], ...(before.body && { body: before.body }) })
    },
    verify(before, now) {
      if (now.place === 'gone')
        return { is: 'elsewhere', proof: 'The message is in no folder that the user can reach.' }
      const warned = now.categories.includes(before.category) && !before.categories.includes(before.category)
      return { is: warned || now.banner === true ? 'unchanged' : 'wanted', proof: proofOf(now) }
    },
  },
})

function optionsOf({ options = {} }: MessageTarget): WarnOptions {
  return WarnOptions.parse(options)
}

function withCategory(categories: readonly string[], category: string): string[] {
  return [...categories.filter((each) => each !== category), category]
}

function isWarned({ categories, category, banner }: WarnState): boolean {
  return categories.includes(category) && banner !== false
}

function proofOf({ categories, banner }: WarnState): string {
  const marks = categories.length === 0 ? 'no category' : `the categories ${categories.join(', ')}`
  return `The message has ${marks}${banner === undefined ? '' : banner ? ' and a banner' : ' and no banner'}.`
}

/** Makes the category known to the mailbox, with its color; a mailbox that has it keeps its own. */
async function offerCategory(target: MessageTarget, displayName: string, color: string): Promise<void> {
  const { userId, userPrincipalName } = target.hit
  try {
    await act(target, {
      method: 'POST',
      url: `${userUrl(userId)}/outlook/masterCategories`,
      body: { displayName, color },
      what: `Could not add a category to the mailbox of ${userPrincipalName}.`,
      permission: 'MailboxSettings.ReadWrite',
    })
  } catch (error) {
    if (error instanceof AppError && error.microsoft?.status === 409) return
    throw error
  }
}

function update(target: MessageTarget, body: { categories: string[]; body?: Body }): Promise<void> {
  const { userId, messageId, userPrincipalName } = target.hit
  return act(target, {
    method: 'PATCH',
    url: messageUrl(userId, messageId),
    body,
    what: `Could not mark a message of ${userPrincipalName}.`,
    permission: body.body ? 'Mail.ReadWrite (from 31 December 2026: Mail-Advanced.ReadWrite.All)' : 'Mail.ReadWrite',
  })
}
