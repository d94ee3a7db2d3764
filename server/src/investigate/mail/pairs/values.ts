import { domainToASCII, domainToUnicode } from 'node:url'

import { plainPiece } from '#investigate/mail/plain-piece.ts'

/** The values of conditions as Microsoft's records of deliveries write them. */

/** A GUID in lower case with its hyphens: reports of Exchange leave them out. */
export function networkMessageId(value: string): string {
  const bare = value.trim().toLowerCase().replaceAll('-', '')
  return bare.replace(/^(\w{8})(\w{4})(\w{4})(\w{4})(\w{12})$/, '$1-$2-$3-$4-$5')
}

/** With its angle brackets. */
export function internetMessageId(value: string): string {
  return value.trim().replace(/^<?(.*?)>?$/s, '<$1>')
}

/** A piece of a subject to find it by. Cut, as records hold only the first 256 characters of a subject. */
export function subjectPiece(value: string): string | undefined {
  return plainPiece(value)?.slice(0, 100).trim()
}

/** `mail@shop.example`, `@shop.example` or `shop.example`: the address, if it is a plain one, and the domain's spellings. */
export function addressParts(value: string): { address?: string; domains: string[] } {
  const text = value.trim().toLowerCase()
  const host = text.slice(text.lastIndexOf('@') + 1)
  const domains = [...new Set([domainToASCII(host), domainToUnicode(host)])].filter((domain) => domain !== '')
  return /^[\x21-\x7e]+@[\x21-\x7e]+$/.test(text) && domains.length === 1 ? { address: text, domains } : { domains }
}
