import { domainToASCII } from 'node:url'

/**
 * Whether mail that is forwarded leaves the company. A recipient may be a contact that stands for somebody outside under an
 * address of the company, or a group of both; so it is judged by where mail ends up, not by how the recipient is called.
 */
export interface Destinations {
  /** SMTP addresses at which mail ends up. */
  addresses: string[]
  /** False where some of them could not be found out. */
  isComplete: boolean
}

export interface AcceptedDomain {
  name: string
  /** Whether subdomains are accepted with it. */
  matchesSubdomains: boolean
}

/**
 * `internal`: all of it stays. `external`: all of it leaves, as far as is known. `mixed`: some leaves. `unknown`: nothing is
 * known to leave, but not all is known. `nowhere`: there is nobody to forward to.
 */
export type ForwardingReach = 'internal' | 'external' | 'mixed' | 'unknown' | 'nowhere'

/** Whether mail to an address stays in the domains of the tenant. */
export function isInternal(address: string, accepted: readonly AcceptedDomain[]): boolean {
  const domain = fold(address.slice(address.lastIndexOf('@') + 1))
  return (
    domain !== '' &&
    accepted.some(
      ({ name, matchesSubdomains }) =>
        domain === fold(name) || (matchesSubdomains && domain.endsWith(`.${fold(name)}`)),
    )
  )
}

/** How far mail goes that is forwarded to all of these. */
export function reachOf(recipients: readonly Destinations[], accepted: readonly AcceptedDomain[]): ForwardingReach {
  const addresses = recipients.flatMap((recipient) => recipient.addresses)
  const staying = addresses.filter((address) => isInternal(address, accepted)).length
  if (staying < addresses.length) return staying > 0 ? 'mixed' : 'external'
  if (recipients.some(({ isComplete }) => !isComplete)) return 'unknown'
  return addresses.length > 0 ? 'internal' : 'nowhere'
}

/** Case, an end point and the script in which it is written tell no domains apart. */
const fold = (domain: string): string => domainToASCII(domain.trim().replace(/\.$/, '')) || domain.trim().toLowerCase()
