import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { AppError } from '#domain/errors.ts'
import type { FileRecord } from './file-record.ts'
import { readAuditFile } from './read-audit-file.ts'

const RECORDS = [
  { Id: 'a', Operation: 'FileAccessed', Note: 'one "quoted", \\ slash, ] bracket } brace' },
  { Id: 'b', Operation: 'Äpfel und Birnen 🍐', Nested: [{ deep: ['[', '{', '"'] }] },
  { Id: 'c', Operation: 'x'.repeat(3000) },
]
const TEXTS = RECORDS.map((record) => JSON.stringify(record))
const csvCell = (text: string) => `"${text.replaceAll('"', '""')}"`
const CSV = [
  'RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits',
  ...TEXTS.map(
    (text, index) => `${index},2026-11-20T08:31:09.0000000Z,6,FileAccessed,ana@harbor.example,${csvCell(text)},`,
  ),
].join('\r\n')

const CONTENTS: Record<string, string> = {
  NDJSON: `${TEXTS.join('\n')}\n`,
  'NDJSON without a last line feed, with blank lines and CR': `\r\n${TEXTS.join('\r\n\r\n')}`,
  'a JSON array': JSON.stringify(RECORDS),
  'an indented JSON array': JSON.stringify(RECORDS, null, 2),
  'indented JSON objects one after another': RECORDS.map((record) => JSON.stringify(record, null, 2)).join('\n'),
  'JSON objects on one line': TEXTS.join(' '),
  'an array inside an object': JSON.stringify({ '@odata.context': 'x', value: RECORDS, more: [{ Id: 'none' }] }),
  'an array inside an indented object': JSON.stringify({ page: { of: [1] }, events: RECORDS }, null, 4),
  'pages, one a line': TEXTS.map((text) => `{"next":"\\"]}","Records":[${text}]}\n`).join(''),
  'a Purview CSV export': CSV,
}

const ENCODINGS: Record<string, (text: string) => Buffer> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a byte order mark': (text) => Buffer.from(`\uFEFF${text}`),
  'UTF-16LE with a byte order mark': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
}

describe('reading a file of audit records', () => {
  const forms = Object.keys(CONTENTS).flatMap((content) =>
    Object.keys(ENCODINGS).map((encoding) => ({ content, encoding })),
  )

  it.each(forms)(
    'gives the records of $content in $encoding, plain and gzipped, in pieces of any size',
    async (form) => {
      const bytes = ENCODINGS[form.encoding]!(CONTENTS[form.content]!)
      for (const packed of [bytes, gzipSync(bytes)]) {
        for (const size of [1, 7, 4096, packed.length]) {
          const records = await readAll(inPieces(packed, size))
          expect(records.map(({ text }) => JSON.parse(text) as unknown)).toEqual(RECORDS)
        }
      }
    },
  )

  it('gives each record its own text, its line and its byte', async () => {
    const content = `${TEXTS[0]}\n\n${TEXTS[1]}\n`
    expect(await readAll(inPieces(Buffer.from(content), 100))).toEqual([
      { text: TEXTS[0], line: 1, offset: 0 },
      { text: TEXTS[1], line: 3, offset: Buffer.byteLength(TEXTS[0]!) + 2 },
    ])
    const array = `[\n  ${TEXTS[0]},\n  ${TEXTS[1]}\n]`
    expect(await readAll(inPieces(Buffer.from(array), 100))).toEqual([
      { text: TEXTS[0], line: 2, offset: 4 },
      { text: TEXTS[1], line: 3, offset: 4 + Buffer.byteLength(TEXTS[0]!) + 4 },
    ])
  })

  it('gives one object over several lines as one record, with its own text', async () => {
    const text = JSON.stringify(RECORDS[1], null, 2)
    expect(await readAll(inPieces(Buffer.from(`\n${text}\n`), 9))).toEqual([{ text, line: 2, offset: 1 }])
  })

  it('gives the rows of a CSV their line although cells hold line feeds', async () => {
    const records = await readAll(inPieces(Buffer.from('Note,AuditData\n"two\nlines",{}\nx,{}\n'), 100))
    expect(records.map(({ line }) => line)).toEqual([2, 4])
  })

  it('reads CSV whatever stands before and after the AuditData column, and the type line of Export-Csv', async () => {
    const content = `#TYPE Deserialized\n"AuditData","Identity"\n${csvCell(TEXTS[0]!)},"x"\n`
    expect((await readAll(inPieces(Buffer.from(content), 10))).map(({ text }) => text)).toEqual([TEXTS[0]])
  })

  it('gives a broken line of NDJSON as a record and reads on', async () => {
    const records = await readAll(inPieces(Buffer.from(`${TEXTS[0]}\n{"half":\nnonsense\n${TEXTS[1]}\n`), 64))
    expect(records.map(({ text }) => text)).toEqual([TEXTS[0], '{"half":', 'nonsense', TEXTS[1]])
  })

  it('gives nothing for a file without content', async () => {
    expect(await readAll(inPieces(Buffer.from(' \n'), 10))).toEqual([])
    expect(await readAll(inPieces(Buffer.alloc(0), 10))).toEqual([])
    expect(await readAll(inPieces(Buffer.from('[]'), 10))).toEqual([])
    expect(await readAll(inPieces(Buffer.from('{"value":[]}'), 10))).toEqual([])
  })
})

describe('splitting a JSON array (law, with fast-check)', () => {
  it('agrees with JSON.parse for any values, however the bytes are cut', async () => {
    const law = fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(undefined, 1, '\t'),
      async (values, size, indent) => {
        const content = Buffer.from(JSON.stringify(values, null, indent))
        const records = await readAll(inPieces(content, size))
        expect(records.map(({ text }) => JSON.parse(text) as unknown)).toEqual(JSON.parse(content.toString()))
        for (const { text, offset } of records) {
          expect(content.toString('utf8', offset, offset + Buffer.byteLength(text))).toBe(text)
        }
      },
    )
    await expect(fc.assert(law, { numRuns: 300 })).resolves.toBeUndefined()
  })
})

describe('files that are wrong', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-files-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('names a path that is no readable file at once', () => {
    expect(faultOf(() => readAuditFile(join(folder, 'absent.json')))).toMatchObject({ code: 'IMPORT_FILE_UNREADABLE' })
    expect(faultOf(() => readAuditFile(folder))).toMatchObject({
      code: 'IMPORT_FILE_UNREADABLE',
      why: 'It is a folder, not a file.',
    })
  })

  it.each([
    ['CSV without an AuditData column', 'Date,User\n2026-11-20,ana@harbor.example\n'],
    ['a picture', '\u0089PNG\r\n\u001a\n\u0000\u0000'],
    ['text outside an array', `[${TEXTS[0]}] tail`],
  ])('says that %s is none of the formats', async (_, content) => {
    const { fault } = await readUntilFault(inPieces(Buffer.from(content, 'latin1'), 9))
    expect(fault).toMatchObject({ code: 'IMPORT_FORMAT_UNKNOWN' })
  })

  it('gives every complete record of half a JSON array, then says where it breaks', async () => {
    const content = Buffer.from(`[\n${TEXTS.join(',\n')}\n]`)
    const half = content.subarray(0, content.length - 1500)
    for (const size of [5, half.length]) {
      const { records, fault } = await readUntilFault(inPieces(half, size))
      expect(records.map(({ text }) => text)).toEqual(TEXTS.slice(0, 2))
      expect(fault).toMatchObject({ code: 'IMPORT_FILE_TRUNCATED' })
      expect((fault as AppError).why).toContain('line 4, byte ')
    }
  })

  it('gives every complete object of half a file of objects, then says where it breaks', async () => {
    const content = Buffer.from(RECORDS.map((record) => JSON.stringify(record, null, 2)).join('\n'))
    for (const size of [5, content.length]) {
      const { records, fault } = await readUntilFault(inPieces(content.subarray(0, -1500), size))
      expect(records.map(({ text }) => JSON.parse(text) as unknown)).toEqual(RECORDS.slice(0, 2))
      expect(fault).toMatchObject({ code: 'IMPORT_FILE_TRUNCATED', why: expect.stringContaining('line 19, byte ') })
    }
  })

  it('gives every complete line of half an NDJSON file, then says where it breaks', async () => {
    const content = Buffer.from(TEXTS.join('\n'))
    for (const size of [5, content.length]) {
      const { records, fault } = await readUntilFault(inPieces(content.subarray(0, -1500), size))
      expect(records.map(({ text }) => text)).toEqual(TEXTS.slice(0, 2))
      expect(fault).toMatchObject({ code: 'IMPORT_FILE_TRUNCATED', why: expect.stringContaining('line 3, byte ') })
    }
  })

  it('gives a broken last line as a record where it is no beginning of one', async () => {
    const { records, fault } = await readUntilFault(inPieces(Buffer.from(`${TEXTS[0]}\nnot a record`), 64))
    expect([records.map(({ text }) => text), fault]).toEqual([[TEXTS[0], 'not a record'], undefined])
  })

  it('gives every complete record of half a gzip file, then says that it is cut', async () => {
    const packed = gzipSync(
      Buffer.from(`${TEXTS.slice(0, 2).join('\n')}\n${Array.from({ length: 4000 }, Math.random).join()}`),
    )
    const { records, fault } = await readUntilFault(inPieces(packed.subarray(0, packed.length - 5000), 1000))
    expect(records.slice(0, 2).map(({ text }) => text)).toEqual(TEXTS.slice(0, 2))
    expect(fault).toMatchObject({ code: 'IMPORT_FILE_TRUNCATED' })
  })

  it('gives every complete row of half a CSV, then says where it breaks', async () => {
    const { records, fault } = await readUntilFault(inPieces(Buffer.from(CSV.slice(0, -1500)), 64))
    expect(records.map(({ text }) => text)).toEqual(TEXTS.slice(0, 2))
    expect(fault).toMatchObject({ code: 'IMPORT_FILE_TRUNCATED' })
    expect((fault as AppError).why).toContain('line 4, byte ')
  })

  it('says that gzip data is damaged', async () => {
    const packed = gzipSync(Buffer.from(CONTENTS.NDJSON!))
    packed.fill(0xaa, 20, 60)
    expect((await readUntilFault(inPieces(packed, 50))).fault).toMatchObject({ code: 'IMPORT_FILE_UNREADABLE' })
  })

  it('counts the bytes of the file itself, packed or not', async () => {
    const path = join(folder, 'records.ndjson.gz')
    writeFileSync(path, gzipSync(Buffer.from(CONTENTS.NDJSON!)))
    const file = readAuditFile(path)
    expect(file).toMatchObject({ name: path, sizeBytes: statSync(path).size, bytesRead: 0, format: undefined })
    const records: FileRecord[] = []
    for await (const batch of file) records.push(...batch)
    expect(records).toHaveLength(RECORDS.length)
    expect(file).toMatchObject({ bytesRead: file.sizeBytes, format: 'ndjson' })
  })

  it('closes the file when the reader stops early', async () => {
    const stream = inPieces(Buffer.from(CONTENTS.NDJSON!.repeat(500)), 1000)
    for await (const batch of readAuditFile(stream)) {
      expect(batch.length).toBeGreaterThan(0)
      break
    }
    expect(stream.destroyed).toBe(true)
  })
})

function inPieces(content: Buffer, size: number): Readable {
  function* pieces() {
    for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size)
  }
  return Readable.from(pieces(), { objectMode: false })
}

async function readAll(stream: Readable): Promise<FileRecord[]> {
  const { records, fault } = await readUntilFault(stream)
  if (fault !== undefined) throw fault
  return records
}

async function readUntilFault(stream: Readable): Promise<{ records: FileRecord[]; fault: unknown }> {
  const records: FileRecord[] = []
  try {
    for await (const batch of readAuditFile(stream)) records.push(...batch)
    return { records, fault: undefined }
  } catch (fault) {
    return { records, fault }
  }
}

function faultOf(run: () => unknown): unknown {
  try {
    return run()
  } catch (fault) {
    return fault
  }
}
