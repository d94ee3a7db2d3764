import type { MailHeader } from './parsed-mail.ts'

/** Headers and body of a message that no parser takes apart, as they stand: enough to find an address or a word in it. */
export function readBroken(mime: Uint8Array): { headers: MailHeader[]; text: string } {
  const source = new TextDecoder().decode(mime.subarray(0, LONGEST))
  const end = /\r?\n\r?\n/.exec(source)
  const head = end ? source.slice(0, end.index) : source
  const text = end ? source.slice(end.index + end[0].length) : ''
  const headers = head
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .flatMap((line) => {
      const [, name, value = ''] = /^([!-9;-~]+):(.*)$/.exec(line) ?? []
      return name === undefined ? [] : [{ name, value: value.trim() }]
    })
  return { headers, text: text.trim() }
}

const LONGEST = 8 * 2 ** 20
