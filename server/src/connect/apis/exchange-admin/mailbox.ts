import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

import { invokeCommand, type Cmdlet } from './invoke-command.ts'
import { addressOf } from './recipients.ts'

/**
 * What an administrator, or somebody who took over one, sets on a mailbox: where all its mail goes, and who else may open it.
 * No rule shows either, nor does Graph.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/set-mailbox
 */
export const Forwarding = z.object({
  /** Any address, as Exchange writes it: `smtp:x@bad.example`. */
  ForwardingSmtpAddress: z.string().nullable(),
  /** Somebody in the address book, who may be a contact for an address outside. Goes before the other where both are set. */
  ForwardingAddress: z.string().nullable(),
  /** Whether mail is kept in the mailbox, too. */
  DeliverToMailboxAndForward: z.boolean(),
})
export type Forwarding = z.infer<typeof Forwarding>

/**
 * Somebody else's right to a mailbox: to open it and read (`FullAccess`), to send in its name (`SendAs`), or on its behalf, which
 * those who get it see (`SendOnBehalf`).
 */
export interface Delegate {
  right: 'FullAccess' | 'SendAs' | 'SendOnBehalf'
  /** As Exchange names him, which is his address as a rule. */
  trustee: string
}

/** Directory roles that open mailboxes. */
export const READ_MAILBOX_ROLE = 'Global Reader'
export const CHANGE_MAILBOX_ROLE = 'Exchange Administrator'

interface Of {
  /** Object id or address. */
  mailbox: string
  signal?: AbortSignal | undefined
}

const text = z.string().nullish()
const MailboxRow = z
  .object({ ForwardingSmtpAddress: text, ForwardingAddress: text, DeliverToMailboxAndForward: z.boolean() })
  .transform((row): Forwarding => ({
    ForwardingSmtpAddress: row.ForwardingSmtpAddress || null,
    ForwardingAddress: row.ForwardingAddress || null,
    DeliverToMailboxAndForward: row.DeliverToMailboxAndForward,
  }))

/** Where a mailbox forwards all its mail. @throws AppError CONNECT_*: CONNECT_NOT_FOUND without a mailbox. */
export async function readForwarding(microsoft: Microsoft, { mailbox, signal }: Of): Promise<Forwarding> {
  const cmdlet: Cmdlet = {
    name: 'Get-Mailbox',
    parameters: { Identity: mailbox },
    what: `Could not read where the mailbox of ${mailbox} forwards to.`,
    role: READ_MAILBOX_ROLE,
    signal,
  }
  const [row] = await invokeCommand(microsoft, cmdlet, MailboxRow)
  if (row) return row
  throw new AppError({
    code: 'CONNECT_NOT_FOUND',
    what: cmdlet.what,
    why: 'Exchange answered without a mailbox.',
    fix: 'Check that the user still has a mailbox in Exchange Online.',
  })
}

/** What forwards nothing. */
export const NO_FORWARDING: Forwarding = {
  ForwardingSmtpAddress: null,
  ForwardingAddress: null,
  DeliverToMailboxAndForward: false,
}

/** Makes a mailbox forward as given, or nothing with {@link NO_FORWARDING}. Idempotent. @throws AppError CONNECT_*. */
export async function setForwarding(
  microsoft: Microsoft,
  { mailbox, forwarding, signal }: Of & { forwarding: Forwarding },
): Promise<void> {
  const cmdlet: Cmdlet = {
    name: 'Set-Mailbox',
    parameters: { Identity: mailbox, ...forwarding },
    what: `Could not set where the mailbox of ${mailbox} forwards to.`,
    role: CHANGE_MAILBOX_ROLE,
    repeatable: true,
    signal,
  }
  await invokeCommand(microsoft, cmdlet, z.unknown())
}

/** Two sorts of rights have commands and parameters of their own; the third is a list that a mailbox has. */
const PERMISSIONS = {
  FullAccess: { noun: 'MailboxPermission', trustee: 'User' },
  SendAs: { noun: 'RecipientPermission', trustee: 'Trustee' },
} as const

const PermissionRow = z.object({
  User: text,
  Trustee: text,
  AccessRights: z.array(z.string()),
  IsInherited: z.boolean().nullish(),
  /** `True` where the row refuses instead. */
  Deny: z.union([z.string(), z.boolean()]).nullish(),
  AccessControlType: text,
})

/**
 * Who else has rights to a mailbox, without its owner and without what Exchange itself hands down.
 *
 * @throws AppError CONNECT_*: CONNECT_NOT_FOUND without a mailbox.
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/get-mailboxpermission
 */
export async function listDelegates(microsoft: Microsoft, { mailbox, signal }: Of): Promise<Delegate[]> {
  const found: Delegate[] = []
  for (const right of ['FullAccess', 'SendAs'] as const) {
    const cmdlet: Cmdlet = {
      name: `Get-${PERMISSIONS[right].noun}`,
      parameters: { Identity: mailbox, ResultSize: 'Unlimited' },
      what: `Could not list who has rights to the mailbox of ${mailbox}.`,
      role: READ_MAILBOX_ROLE,
      signal,
    }
    for (const row of await invokeCommand(microsoft, cmdlet, PermissionRow)) {
      const trustee = row[PERMISSIONS[right].trustee]
      const refuses = String(row.Deny).toLowerCase() === 'true' || row.AccessControlType === 'Deny'
      if (!trustee || refuses || row.IsInherited || /^NT AUTHORITY\\/i.test(trustee)) continue
      if (row.AccessRights.includes(right)) found.push({ right, trustee })
    }
  }
  return [...found, ...(await listOnBehalf(microsoft, { mailbox, signal }))]
}

const OnBehalfRow = z.object({ GrantSendOnBehalfTo: z.array(z.string()).nullish() })

/** Exchange tells them by a name that may be a GUID, and is told them by an address, which nobody shares. */
async function listOnBehalf(microsoft: Microsoft, { mailbox, signal }: Of): Promise<Delegate[]> {
  const cmdlet: Cmdlet = {
    name: 'Get-Mailbox',
    parameters: { Identity: mailbox },
    what: `Could not list who may send on behalf of the mailbox of ${mailbox}.`,
    role: READ_MAILBOX_ROLE,
    signal,
  }
  const [row] = await invokeCommand(microsoft, cmdlet, OnBehalfRow)
  const found: Delegate[] = []
  for (const name of row?.GrantSendOnBehalfTo ?? []) {
    found.push({ right: 'SendOnBehalf', trustee: (await addressOf(microsoft, name, signal)) ?? name })
  }
  return found
}

/** Gives somebody a right to a mailbox; one who has it keeps it. @throws AppError CONNECT_*. */
export function addDelegate(microsoft: Microsoft, to: Of & Delegate): Promise<void> {
  return changeDelegate(microsoft, 'Add', to)
}

/** Takes a right to a mailbox away; one that is not there is taken away. @throws AppError CONNECT_*. */
export function removeDelegate(microsoft: Microsoft, from: Of & Delegate): Promise<void> {
  return changeDelegate(microsoft, 'Remove', from)
}

async function changeDelegate(
  microsoft: Microsoft,
  verb: 'Add' | 'Remove',
  { mailbox, right, trustee, signal }: Of & Delegate,
): Promise<void> {
  const cmdlet: Cmdlet = {
    ...changing(verb, mailbox, { right, trustee }),
    what: `Could not ${verb.toLowerCase()} a right of ${trustee} to the mailbox of ${mailbox}.`,
    role: CHANGE_MAILBOX_ROLE,
    repeatable: true,
    signal,
  }
  await invokeCommand(microsoft, cmdlet, z.unknown())
}

function changing(
  verb: 'Add' | 'Remove',
  mailbox: string,
  { right, trustee }: Delegate,
): Pick<Cmdlet, 'name' | 'parameters'> {
  if (right === 'SendOnBehalf') {
    const change = { '@odata.type': '#Exchange.GenericHashTable', [verb]: [trustee] }
    return { name: 'Set-Mailbox', parameters: { Identity: mailbox, GrantSendOnBehalfTo: change, Confirm: false } }
  }
  const names = PERMISSIONS[right]
  const inherited = right === 'FullAccess' && { InheritanceType: 'All' }
  return {
    name: `${verb}-${names.noun}`,
    parameters: { Identity: mailbox, [names.trustee]: trustee, AccessRights: [right], ...inherited, Confirm: false },
  }
}
