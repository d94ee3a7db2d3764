import { isIP } from 'node:net'

import { readCidr } from '#domain/cidr.ts'

import type { ListType } from './allow-block-list.ts'

/** What an entry of the Tenant Allow/Block List is about. */
export interface ListValue {
  listType: ListType
  value: string
}

const HOST = /^(?=.{1,253}$)([a-z\d_]([a-z\d_-]{0,61}[a-z\d])?\.)*([a-z]{2,63}|xn--[a-z\d-]{1,59})$/
const HASHES: Readonly<Record<number, string>> = { 32: 'an MD5', 40: 'a SHA-1' }
/** Of a URL. */
const LONGEST = 250

/**
 * Which list `text` belongs to, and how it is written there: a sender's address or domain (`*.bad.example` with all below it),
 * a URL (with `https://`, a path or a wildcard: `~bad.example`), the SHA-256 of a file, an IPv6 address or range. A string says
 * why it is none.
 *
 * @see https://learn.microsoft.com/defender-office-365/tenant-allow-block-list-urls-configure#url-syntax-for-the-tenant-allowblock-list
 * @see https://learn.microsoft.com/defender-office-365/tenant-allow-block-list-ip-addresses-configure
 */
export function readListValue(text: string): ListValue | string {
  const trimmed = text.trim()
  const folded = trimmed.toLowerCase()
  if (/^[\da-f]{64}$/.test(folded)) return { listType: 'FileHash', value: folded }
  if (/^[\da-f]+$/.test(folded) && HASHES[folded.length] !== undefined)
    return `${trimmed} is ${HASHES[folded.length]}. Give the SHA-256 of the file.`
  const version = isIP(folded.split('/')[0]!)
  if (version === 4 && readCidr(folded) !== undefined)
    return `${trimmed} is an IPv4 address, and the Tenant Allow/Block List takes IPv6 alone. Block it in the connection filter policy of Exchange Online.`
  if (version === 6) return readIp(trimmed)
  if (/^https?:|[/~]/.test(folded)) return readUrl(trimmed)
  return readSender(trimmed)
}

function readIp(text: string): ListValue | string {
  const cidr = readCidr(text)
  return cidr === undefined ? `${text} is no range of addresses.` : { listType: 'IP', value: cidr.replace('/128', '') }
}

/** Entries name no protocol, port or user; `#…` never leaves a browser. */
function readUrl(text: string): ListValue | string {
  const wildcard = /^[~*]\.?/.exec(text)?.[0] ?? ''
  const written = text.slice(wildcard.length)
  const address = /^https?:/i.test(written) ? written : `https://${written}`
  if (!URL.canParse(address)) return `${text} is no URL.`
  const { protocol, hostname, port, username, password, pathname, search } = new URL(address)
  if (!HOST.test(hostname) && isIP(hostname) === 0) return `${text} is no URL.`
  if (username || password) return `${text} holds a user name. Give the URL without it.`
  if (port) return `${text} names the port ${port}. An entry is for all ports: give the URL without it.`
  const path = pathname === '/' && search === '' ? '' : `${pathname}${search}`
  const value = `${wildcard}${hostname}${path}`
  if (value.length > LONGEST)
    return `${protocol}//${hostname}… is longer than ${LONGEST} characters. Give the beginning of it, and an * at its end.`
  return { listType: 'Url', value }
}

function readSender(text: string): ListValue | string {
  const none = `${text} is no address of a sender, domain, URL, SHA-256 or IPv6 address.`
  const [domain = '', user, ...rest] = text.split('@').toReversed()
  if (/[\s:?#%]/.test(text) || rest.length > 0 || user === '') return none
  const wildcard = user === undefined && domain.startsWith('*.') ? '*.' : ''
  const written = `http://${domain.slice(wildcard.length)}/`
  if (!URL.canParse(written)) return none
  const { hostname } = new URL(written)
  // A domain alone has a dot; all of a top-level domain is `*.top`.
  if (!HOST.test(hostname) || (wildcard === '' && !hostname.includes('.'))) return none
  return {
    listType: 'Sender',
    value: user === undefined ? `${wildcard}${hostname}` : `${user.toLowerCase()}@${hostname}`,
  }
}

/** The host that a value is about, with `*.` where it is about all below it as well; undefined for files and addresses. */
export function hostOf({ listType, value }: ListValue): string | undefined {
  if (listType === 'FileHash' || listType === 'IP') return undefined
  if (listType === 'Sender') return value.slice(value.lastIndexOf('@') + 1)
  return value.replace(/^[~*]\.?/, '*.').replace(/\/.*$/, '')
}
