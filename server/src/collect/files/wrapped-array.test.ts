import { Readable } from 'node:stream'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from './file-record.ts'
import { readAuditFile } from './read-audit-file.ts'
import { wrappedArray } from './wrapped-array.ts'

describe('telling a document that wraps records from a record', () => {
  it.each([
    ['an array called value, whatever is in it', '{"@odata.context":"x","value":[{"any":1}]}', 'value'],
    ['an array called Records, also without elements', '{"Records":[]}', 'Records'],
    ['an array behind objects and numbers', '{"took":3,"shards":{"a":[{"CreationTime":1}]},"events":[', 'events'],
    ['an array of another name whose first element is a record', '{"rows":[ {"a":{"b":1},"CreationTime":""', 'rows'],
    ['an array of another name whose first element is an envelope', '{"hits":[{"event.original":"{}"', 'hits'],
    ['a second array, where the first holds no records', '{"columns":[{"name":"Id"}],"rows":[{"AuditData":{', 'rows'],
  ])('finds %s', (_, head, property) => {
    expect(wrappedArray(Buffer.from(head))).toBe(property)
  })

  it.each([
    [
      'a record that begins with an array of objects',
      '{"Actor":[{"ID":"a","Type":0}],"CreationTime":"","RecordType":15}',
    ],
    ['a record with an array called value', '{"Operation":"x","value":[{"CreationTime":""}]}'],
    ['an envelope', '{"event":{"original":"{}"},"events":[{"CreationTime":""}]}'],
    ['names inside a text', '{"a":"\\",\\"value\\":[{","b":1}'],
    ['a value of that name that is no array', '{"value":{"value":[{"CreationTime":""}]}}'],
    ['an array of arrays', '{"rows":[[{"CreationTime":""}]]}'],
    ['a later document', '{"a":1} {"value":[{}]}'],
  ])('does not find any in %s', (_, head) => {
    expect(wrappedArray(Buffer.from(head))).toBeUndefined()
  })
})

describe('reading an array inside a document', () => {
  const DOCUMENT = `{"from": "\\\\\\"[ä", "page": {"value": [1, "]}"]},\n "value": [\n {"Id":"ö]}\\""}, {"Id":"b","x":[{}]}\n], "n": [{}]}`
  const RECORDS = ['{"Id":"ö]}\\""}', '{"Id":"b","x":[{}]}']

  it('gives its elements with their text, line and byte, wherever the bytes are cut', async () => {
    const content = Buffer.from(DOCUMENT)
    for (let cut = 1; cut < content.length; cut += 1) {
      const { records, fault } = await read([content.subarray(0, cut), content.subarray(cut)])
      expect(fault).toBeUndefined()
      expect(records.map(({ text, line }) => ({ text, line }))).toEqual(RECORDS.map((text) => ({ text, line: 3 })))
      for (const { text, offset } of records) {
        expect(content.toString('utf8', offset, offset + Buffer.byteLength(text))).toBe(text)
      }
    }
  })

  it('gives every complete element of a document that is cut anywhere, then says that it is cut', async () => {
    const content = Buffer.from(DOCUMENT)
    for (let end = content.indexOf('"value": [\n') + 10; end < content.length; end += 1) {
      const { records, fault } = await read([content.subarray(0, end)])
      const complete = RECORDS.filter((text) => content.indexOf(text) + Buffer.byteLength(text) <= end)
      expect(records.map(({ text }) => text)).toEqual(complete)
      expect(fault).toMatchObject({ code: 'IMPORT_FILE_TRUNCATED' })
    }
  })

  it.each([
    ['a document without the array', '{"Id":"c"}'],
    ['text outside', '[{"Id":"c"}]'],
  ])('loses nothing in silence: after the records it says that %s follows', async (_, tail) => {
    const { records, fault } = await read([Buffer.from(`${DOCUMENT}\n${tail}`)])
    expect(records.map(({ text }) => text)).toEqual(RECORDS)
    expect(fault).toMatchObject({ code: 'IMPORT_FORMAT_UNKNOWN', why: expect.stringMatching(/^Byte \d+ is /) })
  })

  it('gives records before the document ends', async () => {
    function* endless() {
      yield '{"events":['
      for (;;) yield '{"Id":"a"},'.repeat(1000)
    }
    let count = 0
    for await (const batch of readAuditFile(Readable.from(endless(), { objectMode: false }))) {
      count += batch.length
      if (count > 50_000) break
    }
    expect(count).toBeGreaterThan(50_000)
  })

  it('agrees with JSON.parse for any members around it, however the bytes are cut (law, with fast-check)', async () => {
    const members = fc.dictionary(
      fc.string().filter((name) => !/^(value|records|events|event|operation|o365|__proto__)$/i.test(name)),
      fc.jsonValue({ maxDepth: 3 }),
      { maxKeys: 3 },
    )
    const page = fc.tuple(members, fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 5 }), members)
    const law = fc.asyncProperty(
      fc.array(page, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(undefined, 1, '\t'),
      fc.constantFrom('', '\n', ' \r\n'),
      async (pages, size, indent, between) => {
        const texts = pages.map(([before, value, after]) =>
          JSON.stringify({ ...before, value, ...after }, null, indent),
        )
        const content = Buffer.from(texts.join(between))
        const { records, fault } = await read(pieces(content, size))
        expect(fault).toBeUndefined()
        const expected = texts.flatMap((text) => (JSON.parse(text) as { value: unknown[] }).value)
        expect(records.map(({ text }) => JSON.parse(text) as unknown)).toEqual(expected)
      },
    )
    await expect(fc.assert(law, { numRuns: 300 })).resolves.toBeUndefined()
  })
})

describe('reading objects one after another (law, with fast-check)', () => {
  it('agrees with JSON.parse for any objects, however they are separated and the bytes are cut', async () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })).map((members) => ({ Id: '', ...members }))
    const law = fc.asyncProperty(
      fc.array(object, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('', ' ', '\n', '\r\n\r\n'),
      async (values, size, between) => {
        // The first is one that no line of NDJSON begins like.
        const texts = values.map((value, index) => JSON.stringify(value, null, index === 0 ? 2 : undefined))
        const { records, fault } = await read(pieces(Buffer.from(`{\n"Id":""}${between}${texts.join(between)}`), size))
        expect(fault).toBeUndefined()
        expect(records.map(({ text }) => text)).toEqual(['{\n"Id":""}', ...texts])
      },
    )
    await expect(fc.assert(law, { numRuns: 300 })).resolves.toBeUndefined()
  })
})

function* pieces(content: Buffer, size: number): Generator<Buffer> {
  for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size)
}

async function read(chunks: Iterable<Buffer>): Promise<{ records: FileRecord[]; fault: unknown }> {
  const records: FileRecord[] = []
  try {
    for await (const batch of readAuditFile(Readable.from(chunks, { objectMode: false }))) records.push(...batch)
    return { records, fault: undefined }
  } catch (fault) {
    return { records, fault }
  }
}
