import { domainToASCII } from 'node:url'

/** Spellings that mean the same, made equal: what people type and what mail clients send differ in case and in form. */

/** Without case, and with composed and decomposed accents alike. */
export function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

/** {@link fold}, and as a reader sees it: runs of white space are one space, what has no width is not there. */
export function foldSeen(text: string): string {
  return fold(text.replace(NO_WIDTH, '').replace(/\s+/g, ' '))
}

/** Put between letters by phishers so that a keyword does not match: soft hyphens, joiners, variation selectors. */
const NO_WIDTH = /\p{Default_Ignorable_Code_Point}/gu

export function foldAddress(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 0 ? fold(address) : `${fold(address.slice(0, at))}@${foldDomain(address)}`
}

/** The domain of an address, or nothing. */
export function foldDomain(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 0 ? '' : foldHost(address.slice(at + 1))
}

/** The same for `münchen.example` and `xn--mnchen-3ya.example`. */
export function foldHost(host: string): string {
  return domainToASCII(host) || fold(host)
}
