import { isIP } from 'node:net'

import type { Indicator } from './indicators.ts'

/** What an indicator is about. */
export type IndicatorValue = Pick<Indicator, 'indicatorType' | 'indicatorValue'>

const HASHES: Readonly<Record<number, string>> = { 40: 'FileSha1', 64: 'FileSha256' }

const DOMAIN = /^(?=.{1,253}$)([a-z\d_]([a-z\d_-]{0,61}[a-z\d])?\.)+([a-z]{2,63}|xn--[a-z\d-]{1,59})$/

/**
 * What kind of indicator `text` is: a SHA-256 or SHA-1, one IP address, a URL, a domain (names of other scripts in their ASCII
 * form). A string says why it is none; ranges of addresses are none, and an MD5 is told apart too poorly to stop a file by it.
 */
export function readIndicatorValue(text: string): IndicatorValue | string {
  const trimmed = text.trim()
  const value = trimmed.toLowerCase()
  if (/^[\da-f]+$/.test(value) && HASHES[value.length])
    return { indicatorType: HASHES[value.length]!, indicatorValue: value }
  if (/^[\da-f]{32}$/.test(value)) return `${trimmed} is an MD5. Give the SHA-256 of the file.`
  if (isIP(value)) return { indicatorType: 'IpAddress', indicatorValue: value }
  const [address = '', ...rest] = value.split('/')
  if (isIP(address) && rest.length > 0)
    return `${trimmed} is a range. Defender for Endpoint takes single addresses only.`
  if (/^https?:/.test(value)) return readUrl(trimmed)
  const domain = domainOf(value)
  if (domain !== undefined) return { indicatorType: 'DomainName', indicatorValue: domain }
  return `${trimmed} is no SHA-256, IP address, URL or domain.`
}

/** Microsoft compares host names without regard to case, paths with it. */
function readUrl(text: string): IndicatorValue | string {
  if (!URL.canParse(text)) return `${text} is no URL.`
  const { href, username, password } = new URL(text)
  if (username || password) return `${text} holds a user name. Give the URL without it.`
  return { indicatorType: 'Url', indicatorValue: href }
}

function domainOf(value: string): string | undefined {
  if (/[\s/@:?#]/.test(value) || !URL.canParse(`http://${value}/`)) return undefined
  const { hostname } = new URL(`http://${value}/`)
  return DOMAIN.test(hostname) ? hostname : undefined
}
