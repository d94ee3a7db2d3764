import { z } from 'zod'

import type { FeedContext } from '#collect/feed.ts'
import { folderUrl, GraphFolder } from '#connect/apis/graph/mail.ts'
import { AppError, toAppError } from '#domain/errors.ts'

import type { PhishingMailboxOptions } from './options.ts'
import { listRequest, MAIL_PERMISSION } from './reports.ts'

/** Microsoft's words for an address that has no mailbox in Exchange Online. */
const NO_MAILBOX = new Set([
  'ErrorInvalidUser',
  'ErrorNonExistentMailbox',
  'MailboxNotEnabledForRESTAPI',
  'Request_ResourceNotFound',
  'ResourceNotFound',
])
const HOUR = 3_600_000

/** Whether the mailbox and its folder can be read, and the filter is one: what is wrong, as Microsoft tells it. */
export async function checkMailbox(context: FeedContext<PhishingMailboxOptions>): Promise<AppError[]> {
  const { microsoft, clock, options, signal } = context
  const { mailbox, folder, filter } = options
  const what = `Could not open the folder ${folder} of ${mailbox}.`
  try {
    const path = `/v1.0${folderUrl(mailbox, folder)}`
    await microsoft.json({ api: 'graph', path, what, permission: MAIL_PERMISSION, signal }, GraphFolder)
  } catch (error) {
    signal.throwIfAborted()
    return [await mailboxProblem(context, toAppError(error, what))]
  }
  if (filter === undefined) return []
  try {
    const now = clock.now()
    await microsoft.json(
      listRequest(context, { from: now - HOUR, to: now }, 1),
      z.object({ value: z.array(z.unknown()) }),
    )
    return []
  } catch (error) {
    signal.throwIfAborted()
    const fault = toAppError(error, `Could not try the filter of ${mailbox}.`)
    return [fault.microsoft?.status === 400 ? filterRefused(fault, filter) : fault]
  }
}

async function mailboxProblem(
  { microsoft: client, options: { mailbox, folder } }: FeedContext<PhishingMailboxOptions>,
  fault: AppError,
): Promise<AppError> {
  const { code, what, microsoft } = fault
  if (!microsoft) return fault
  const said = `${microsoft.code}: ${microsoft.message}`
  if (NO_MAILBOX.has(microsoft.code)) {
    return new AppError({
      code: 'CONNECT_NOT_FOUND',
      what,
      why: `${mailbox} has no mailbox in Exchange Online (${said}).`,
      fix: 'Correct the address, or give it a mailbox: a shared mailbox needs no license.',
      microsoft,
    })
  }
  if (microsoft.status === 404 || microsoft.status === 400) {
    return new AppError({
      code: 'FEED_OPTIONS_INVALID',
      what,
      why: `The mailbox has no folder ${folder} (${said}).`,
      fix: 'Give a well-known name, such as inbox or junkemail, or the ID of a folder.',
      microsoft,
    })
  }
  if (code !== 'CONNECT_PERMISSION_MISSING') return fault
  const granted = await client.grantedRoles('graph').catch((): string[] => [])
  if (!granted.some((role) => role === MAIL_PERMISSION || role === 'Mail.ReadWrite')) return fault
  return new AppError({
    code,
    what,
    why: `The application has ${MAIL_PERMISSION}, but a policy of Exchange keeps it out of this mailbox (${said}).`,
    fix: `Add ${mailbox} to the scope of the application: Exchange Online PowerShell, Test-ServicePrincipalAuthorization -Resource ${mailbox} shows it, New-ManagementRoleAssignment or Set-ManagementScope changes it; older: Get-ApplicationAccessPolicy.`,
    microsoft,
  })
}

function filterRefused({ microsoft }: AppError, filter: string): AppError {
  return new AppError({
    code: 'FEED_OPTIONS_INVALID',
    what: `Microsoft refuses the filter: ${filter}`,
    why: `${microsoft!.code}: ${microsoft!.message}`,
    fix: "Correct it; $filter of Graph's messages is described at https://learn.microsoft.com/graph/filter-query-parameter.",
    microsoft: microsoft!,
  })
}
