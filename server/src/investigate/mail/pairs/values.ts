import { domainToASCII, domainToUnicode } from 'node:url'

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

/**
 * The longest piece of plain ASCII: how Microsoft folds case and accents beyond it is documented nowhere, and a piece of
 * what must be contained must be contained too. Undefined when it is too short to find anything by. Cut, as records hold
 * only the first 256 characters of a subject.
 */
export function plainPiece(value: string): string | undefined {
  const pieces = (value.normalize('NFC').match(/[\x20-\x7e]+/g) ?? []).map((piece) => piece.trim().slice(0, 100).trim())
  const longest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), '')
  return longest.length < 3 ? undefined : longest
}

/** `mail@shop.example`, `@shop.example` or `shop.example`: the address, if it is a plain one, and the domain's spellings. */
export function addressParts(value: string): { address?: string; domains: string[] } {
  const text = value.trim().toLowerCase()
  const host = text.slice(text.lastIndexOf('@') + 1)
  const domains = [...new Set([domainToASCII(host), domainToUnicode(host)])].filter((domain) => domain !== '')
  return /^[\x21-\x7e]+@[\x21-\x7e]+$/.test(text) && domains.length === 1 ? { address: text, domains } : { domains }
}
