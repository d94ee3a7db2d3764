import ipaddr from 'ipaddr.js'

import type { MailHeader } from './parsed-mail.ts'

/**
 * The IP addresses a mail was sent from, as its headers say: where Exchange Online or a gateway names the sender's address,
 * that; else every address of the Received headers. IPv4 within IPv6 is written as IPv4.
 */
export function senderIps(headers: readonly MailHeader[]): string[] {
  const named = headers.flatMap(({ name, value }) => {
    const pattern = NAMED[name.toLowerCase()]
    return pattern ? addressesIn(value, pattern) : []
  })
  if (named.length > 0) return [...new Set(named)]
  const hops = headers.filter(({ name }) => name.toLowerCase() === 'received')
  return [
    ...new Set(
      hops.flatMap(({ value }) =>
        addressesIn(value.split(/\bby\b/i, 1)[0]!, /[[(]\s*(?:IPv6:)?([0-9a-f.:]+)\s*[\])]/gi),
      ),
    ),
  ]
}

/** @see https://learn.microsoft.com/defender-office-365/message-headers-eop-mdo (CIP: connecting IP address). */
const NAMED: Record<string, RegExp> = {
  'x-forefront-antispam-report': /\bCIP:([0-9a-f.:]+)/gi,
  'authentication-results': /\bsender IP is ([0-9a-f.:]+)/gi,
  'received-spf': /\bclient-ip=([0-9a-f.:]+)/gi,
  'x-sender-ip': /([0-9a-f.:]+)/gi,
  'x-originating-ip': /([0-9a-f.:]+)/gi,
  'x-ms-exchange-organization-originalclientipaddress': /([0-9a-f.:]+)/gi,
}

function addressesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap(([, address]) =>
    address !== undefined && /[.:]/.test(address) && ipaddr.isValid(address)
      ? [ipaddr.process(address).toString()]
      : [],
  )
}
