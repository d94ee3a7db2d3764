/**
 * Text of a stranger's mail, made safe to look at: nothing in it can be clicked, and nothing hidden in it steers a terminal or
 * turns the reading direction. It is for reading; evidence is the EML.
 */
export function defang(text: string): string {
  return unlinked(text).replaceAll(DOT_IN_NAME, '[.]')
}

/** {@link defang} for headers and file names, where bare names are no links: `mail.example` and `invoice.pdf` stay. */
export function unlinked(text: string): string {
  return visible(text)
    .replaceAll(/\bhttp(?=s?:\/\/)/gi, (scheme) => (scheme === 'HTTP' ? 'HXXP' : 'hxxp'))
    .replaceAll(/\b(javascript|vbscript|data|file|ftp|mailto|tel|sms):(?=\S)/gi, '$1[:]')
}

/** A dot that a name goes on after: mail clients and chats make a link of `evil.example` too, or of an address. */
const DOT_IN_NAME = /(?<=[\p{L}\p{N}_-])\.(?=\p{L}{2})/gu

/** Line ends and tabs stay. */
const HIDDEN = /[^\P{Cc}\n\t]|[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

/** Control characters, and those that turn the reading direction (`‮fdp.exe` shows as `exe.pdf`), as their names. */
function visible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(HIDDEN, (hidden) => `[U+${hex(hidden)}]`)
}

function hex(character: string): string {
  return character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
}
