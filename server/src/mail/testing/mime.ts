import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter, type ZipWriterAddDataOptions } from '@zip.js/zip.js'

/** Mails and archives for tests, written by hand so that they can be wrong in every way. */

export interface Part {
  type: string
  body: string | Uint8Array
  name?: string
  headers?: string[]
}

/** A multipart message; bytes go in base64, text as it is. */
export function mime(parts: readonly Part[], headers: readonly string[] = []): Buffer {
  // A message within a message needs a boundary of its own.
  const boundary = `b${parts.reduce((sum, { body }) => sum + body.length, headers.length)}`
  const lines = [
    'From: Ana <ana@bad.example>',
    'To: bo@good.example',
    'Subject: Invoice',
    'Message-ID: <1@bad.example>',
    ...headers,
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    ...parts.flatMap((part) => [`--${boundary}`, ...partLines(part)]),
    `--${boundary}--`,
    '',
  ]
  return Buffer.from(lines.join('\r\n'))
}

function partLines({ type, body, name, headers = [] }: Part): string[] {
  const disposition = name === undefined ? [] : [`Content-Disposition: attachment; filename="${name}"`]
  const encoding = typeof body === 'string' ? [] : ['Content-Transfer-Encoding: base64']
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('base64').replaceAll(/.{76}/g, '$&\r\n')
  return [`Content-Type: ${type}`, ...disposition, ...encoding, ...headers, '', text]
}

export const attached = (name: string, body: Uint8Array, type = 'application/octet-stream'): Part => ({
  type,
  name,
  body,
})

export async function zip(
  files: Record<string, string | Uint8Array>,
  options: ZipWriterAddDataOptions = {},
): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false })
  for (const [name, content] of Object.entries(files)) {
    await writer.add(name, new Uint8ArrayReader(Buffer.from(content)), options)
  }
  return writer.close()
}
