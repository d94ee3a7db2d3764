import { hashOf } from '#mail/hash.ts'
import type { ParsedMail } from '#mail/parsed-mail.ts'

import type { StixContent } from './bundle.ts'

/** What a message tells a threat intelligence platform: every web address, wrapped and unwrapped, and every file. */
export function stixContent({ headers, links, attachments }: ParsedMail): StixContent {
  const addresses = links
    .flatMap(({ chain }) => chain)
    .filter((link) => /^(https?|ftp):$/.test(URL.parse(link)?.protocol ?? ''))
  return {
    contentType: headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value,
    urls: [...new Set(addresses)],
    files: attachments.map(({ name, mediaType, bytes }) => ({
      name,
      mediaType,
      size: bytes.length,
      hashes: { MD5: hashOf(bytes, 'md5'), 'SHA-1': hashOf(bytes, 'sha1'), 'SHA-256': hashOf(bytes, 'sha256') },
    })),
  }
}
