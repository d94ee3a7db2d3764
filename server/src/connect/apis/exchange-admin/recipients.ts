import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'
import type { AcceptedDomain, Destinations } from '#domain/forwarding.ts'

import { invokeCommand } from './invoke-command.ts'

/**
 * Where mail ends up that is sent to somebody: a contact stands for an address outside, a distribution group for its members.
 * A mailbox is an end, whatever it forwards itself.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/get-recipient
 */
const RecipientRow = z.object({
  DisplayName: z.string().nullish(),
  PrimarySmtpAddress: z.string().nullish(),
  /** `SMTP:mara@private.example`, of contacts, guests and mail users. */
  ExternalEmailAddress: z.string().nullish(),
  RecipientTypeDetails: z.string(),
  Guid: z.string(),
})
type RecipientRow = z.infer<typeof RecipientRow>

const DomainRow = z.object({ DomainName: z.string(), MatchSubDomains: z.boolean().nullish() })

/** A directory role that opens recipients. */
export const RECIPIENTS_ROLE = 'Global Reader'

const GROUPS = new Set([
  'MailUniversalDistributionGroup',
  'MailUniversalSecurityGroup',
  'MailNonUniversalGroup',
  'RoomList',
])
/** Those whose members another command would tell. */
const OPAQUE_GROUPS = new Set(['GroupMailbox', 'DynamicDistributionGroup', 'PublicFolder'])
/** Nobody forwards to more on purpose; beyond, it is not known where all of it goes. */
const MOST_MEMBERS = 1_000

/** The domains for which the tenant accepts mail as its own. @throws AppError CONNECT_*. */
export async function listAcceptedDomains(microsoft: Microsoft, signal?: AbortSignal): Promise<AcceptedDomain[]> {
  const cmdlet = {
    name: 'Get-AcceptedDomain',
    parameters: {},
    what: 'Could not list the domains of the tenant.',
    role: RECIPIENTS_ROLE,
    signal,
  }
  const rows = await invokeCommand(microsoft, cmdlet, DomainRow)
  return rows.map(({ DomainName, MatchSubDomains }) => ({
    name: DomainName,
    matchesSubdomains: MatchSubDomains ?? false,
  }))
}

/**
 * Where mail to `identity` ends up: an address, an old-style name (`/o=ExchangeLabs/…`) or whatever else Exchange takes. An
 * address that the tenant does not have is its own end; another name that it does not have leads nobody knows where.
 *
 * @throws AppError CONNECT_*.
 */
export async function resolveRecipient(
  microsoft: Microsoft,
  identity: string,
  signal?: AbortSignal,
): Promise<Destinations> {
  const found: Destinations = { addresses: [], isComplete: true }
  const first = await find(microsoft, identity, signal)
  if (!first) return isAddress(identity) ? { ...found, addresses: [bare(identity)] } : { ...found, isComplete: false }
  const seen = new Set<string>()
  const left = [first]
  for (let row = left.pop(); row; row = left.pop()) {
    if (seen.has(row.Guid)) continue
    seen.add(row.Guid)
    if (seen.size > MOST_MEMBERS) return { ...found, isComplete: false }
    if (GROUPS.has(row.RecipientTypeDetails)) left.push(...(await membersOf(microsoft, row, signal)))
    else if (OPAQUE_GROUPS.has(row.RecipientTypeDetails)) found.isComplete = false
    else {
      const address = bare(row.ExternalEmailAddress || row.PrimarySmtpAddress || '')
      if (isAddress(address)) found.addresses.push(address)
      else found.isComplete = false
    }
  }
  return found
}

/** The address of whom Exchange knows by that name; undefined where it knows nobody, or several. @throws AppError CONNECT_*. */
export async function addressOf(
  microsoft: Microsoft,
  identity: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  return (await find(microsoft, identity, signal))?.PrimarySmtpAddress || undefined
}

async function find(microsoft: Microsoft, identity: string, signal?: AbortSignal): Promise<RecipientRow | undefined> {
  const cmdlet = {
    name: 'Get-Recipient',
    parameters: { Identity: bare(identity) },
    what: `Could not look up ${identity}.`,
    role: RECIPIENTS_ROLE,
    signal,
  }
  try {
    return (await invokeCommand(microsoft, cmdlet, RecipientRow))[0]
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONNECT_NOT_FOUND') return undefined
    throw error
  }
}

function membersOf(microsoft: Microsoft, group: RecipientRow, signal?: AbortSignal): Promise<RecipientRow[]> {
  const cmdlet = {
    name: 'Get-DistributionGroupMember',
    // More than that are not looked at anyway.
    parameters: { Identity: group.Guid, ResultSize: 'Unlimited' },
    what: `Could not list the members of ${group.DisplayName ?? group.PrimarySmtpAddress}.`,
    role: RECIPIENTS_ROLE,
    signal,
  }
  return invokeCommand(microsoft, cmdlet, RecipientRow)
}

const bare = (address: string): string => address.replace(/^smtp:/i, '')
const isAddress = (text: string): boolean => /^[^\s@/]+@[^\s@/]+$/.test(bare(text))
