import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

import { invokeCommand, type Cmdlet } from './invoke-command.ts'

/**
 * Mail that filtering holds back. Exchange keeps it for up to 30 days, and then deletes it.
 *
 * @see https://learn.microsoft.com/defender-office-365/quarantine-admin-manage-messages-files
 */
export const QuarantinedMessage = z.object({
  /** Two ids with a backslash between them: the message's, and that of its place in quarantine. */
  Identity: z.string(),
  Subject: z.string().nullish(),
  /** Primary addresses, whatever the message was sent to. */
  RecipientAddress: z.array(z.string()).min(1),
  /** `NOTRELEASED`, `REQUESTED`, `DENIED`, `APPROVED`, `PREPARINGTORELEASE`, `RELEASED`, `ERROR`. */
  ReleaseStatus: z.string().nullish(),
  /** Who has got it. */
  ReleasedUser: z.array(z.string()).nullish(),
  DeletedForRecipients: z.array(z.string()).nullish(),
  /** ISO 8601. */
  Expires: z.string().nullish(),
})
export type QuarantinedMessage = z.infer<typeof QuarantinedMessage>

/** Directory roles that open the quarantine. Roles of Exchange alone have not since February 2023. */
export const READ_QUARANTINE_ROLE = 'Security Reader'
export const CHANGE_QUARANTINE_ROLE = 'Security Administrator'

interface Named {
  identity: string
  signal?: AbortSignal | undefined
}

const GUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const IDENTITY = new RegExp(String.raw`^${GUID}\\${GUID}$`, 'i')

/** Whether it is an identity as `Get-QuarantineMessage` gives it. */
export function isQuarantineIdentity(text: string): boolean {
  return IDENTITY.test(text)
}

/** A message that is in quarantine, released or not; undefined once it has expired or was deleted. @throws AppError CONNECT_*. */
export async function findQuarantined(
  microsoft: Microsoft,
  { identity, signal }: Named,
): Promise<QuarantinedMessage | undefined> {
  const cmdlet: Cmdlet = {
    name: 'Get-QuarantineMessage',
    parameters: { Identity: identity },
    what: `Could not look for the message ${identity} in quarantine.`,
    role: READ_QUARANTINE_ROLE,
    signal,
  }
  const [message] = await orGone(invokeCommand(microsoft, cmdlet, QuarantinedMessage))
  if (!message) return undefined
  const deletedFor = new Set(message.DeletedForRecipients?.map((each) => each.toLowerCase()))
  return message.RecipientAddress.every((each) => deletedFor.has(each.toLowerCase())) ? undefined : message
}

/**
 * Has a message delivered to some of its recipients, or to all of them. It takes Exchange a while; whoever has got it is left out,
 * and a release to nobody else is refused.
 *
 * @throws AppError CONNECT_*: CONNECT_NOT_FOUND where it is no longer in quarantine.
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/release-quarantinemessage
 */
export async function releaseQuarantined(
  microsoft: Microsoft,
  { identity, users, signal }: Named & { users?: readonly string[] | undefined },
): Promise<void> {
  const cmdlet: Cmdlet = {
    name: 'Release-QuarantineMessage',
    parameters: { Identity: identity, ...(users ? { User: users } : { ReleaseToAll: true }), Confirm: false },
    what: `Could not release the message ${identity} from quarantine.`,
    role: CHANGE_QUARANTINE_ROLE,
    signal,
  }
  await invokeCommand(microsoft, cmdlet, z.unknown())
}

/**
 * Deletes a message from quarantine for good; one that is not there any more is deleted.
 *
 * @throws AppError CONNECT_*.
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/delete-quarantinemessage
 */
export async function deleteQuarantined(microsoft: Microsoft, { identity, signal }: Named): Promise<void> {
  const cmdlet: Cmdlet = {
    name: 'Delete-QuarantineMessage',
    parameters: { Identity: identity, HardDelete: true, Confirm: false },
    what: `Could not delete the message ${identity} from quarantine.`,
    role: CHANGE_QUARANTINE_ROLE,
    repeatable: true,
    signal,
  }
  await orGone(invokeCommand(microsoft, cmdlet, z.unknown()))
}

/** The rows; none where Exchange answers that the object is not there. */
function orGone<T>(rows: Promise<T[]>): Promise<T[]> {
  return rows.catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'CONNECT_NOT_FOUND') return []
    throw error
  })
}
