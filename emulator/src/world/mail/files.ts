import { crc32, deflateRawSync, deflateSync } from 'node:zlib'

import { random } from '#world/random.ts'

import type { Attachment, Item } from './item.ts'

/**
 * Attachments of the made-up company: right in form (a PDF begins as one, a document is a zip with the parts it needs),
 * empty of meaning, of realistic size, and made when somebody reads them.
 */

/** A file whose bytes are made when read. */
export const file = (name: string, contentType: string, size: number | undefined, make: () => Buffer): Attachment => ({
  name,
  contentType,
  ...(size === undefined ? {} : { size }),
  get content() {
    return make()
  },
})

/** Bytes that look compressed, the same for the same ids. */
export function noise(size: number, ...ids: readonly (string | number)[]): Buffer {
  const { next } = random('noise', ...ids)
  const words = new Uint32Array(Math.ceil(size / 4))
  for (let i = 0; i < words.length; i++) words[i] = Math.floor(next() * 4_294_967_296)
  return Buffer.from(words.buffer, 0, size)
}

/** `size` bytes in all, at least 400. */
export function pdf(title: string, size: number, ...ids: readonly (string | number)[]): Buffer {
  const head = `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n4 0 obj<</Title(${title.replaceAll(/[^\w .-]/g, ' ')})>>endobj\n5 0 obj<</Length `
  const tail = '\nendstream endobj\ntrailer<</Root 1 0 R/Info 4 0 R>>\n%%EOF\n'
  const left = Math.max(0, size - head.length - tail.length - 24)
  const open = `${String(left).padStart(9)}>>stream\n`.padEnd(24)
  return Buffer.concat([Buffer.from(head + open), noise(left, ...ids), Buffer.from(tail)])
}

/** A zip of these files, deflated where that helps. */
export function zip(entries: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const [name, content] of entries) {
    const packed = deflateRawSync(content)
    const stored = packed.length >= content.length
    const data = stored ? content : packed
    const bytes = Buffer.from(name, 'utf8')
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x0800, 2)
    common.writeUInt16LE(stored ? 0 : 8, 4)
    common.writeUInt16LE(0x5a21, 8)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(bytes.length, 22)
    local.push(Buffer.from('PK\x03\x04', 'latin1'), common, bytes, data)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, bytes)
    offset += 30 + bytes.length + data.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...local, directory, end])
}

/** A Word document with these paragraphs and a picture of `size` bytes. */
export function docx(paragraphs: readonly string[], size: number, ...ids: readonly (string | number)[]): Buffer {
  const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
  const text = paragraphs.map(
    (each) => `<w:p><w:r><w:t>${each.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</w:t></w:r></w:p>`,
  )
  return zip([
    [
      '[Content_Types].xml',
      Buffer.from(
        `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="bin" ContentType="application/octet-stream"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
      ),
    ],
    [
      '_rels/.rels',
      Buffer.from(
        `${xml}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
      ),
    ],
    [
      'word/document.xml',
      Buffer.from(
        `${xml}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${text.join('')}</w:body></w:document>`,
      ),
    ],
    ['word/media/scan.bin', noise(size, ...ids)],
  ])
}

/** A one-color picture of 8 × 8 points: a logo within the HTML. */
export function png(...ids: readonly (string | number)[]): Buffer {
  const r = random('png', ...ids)
  const color = [r.between(0, 255), r.between(0, 255), r.between(0, 255)]
  const header = Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0])
  const row = [0, ...Array.from({ length: 8 }, () => color).flat()]
  const data = deflateSync(Buffer.from(Array.from({ length: 8 }, () => row).flat()))
  const chunk = (type: string, content: Buffer) => {
    const named = Buffer.concat([Buffer.from(type), content])
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(content.length)
    check.writeUInt32BE(crc32(named))
    return Buffer.concat([length, named, check])
  }
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
}

/** A message attached to another. */
export const attachedMessage = (item: Item): Attachment => ({
  name: item.subject,
  contentType: 'message/rfc822',
  content: Buffer.alloc(0),
  item,
})
