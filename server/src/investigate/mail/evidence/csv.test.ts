import { text as textOf } from 'node:stream/consumers'

import * as fc from 'fast-check'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'

import { type Columns, csvLines } from './csv.ts'

const COLUMNS: Columns<{ text: string; count?: number }> = {
  text: ({ text }) => text,
  count: ({ count }) => count,
}

const csv = (rows: { text: string; count?: number }[]) => textOf(csvLines(COLUMNS, ReadableStream.from(rows)))

const read = (text: string): string[][] => parse(text, { record_delimiter: '\r\n' })

/** What takes the protection away again. */
const original = (cell: string) => cell.replace(/^'/, '')

describe('csvLines', () => {
  it('gives a header, a line for each row, and nothing before the first byte', async () => {
    const text = await csv([{ text: 'a', count: 3 }, { text: 'b' }])
    expect(text).toBe('"text","count"\r\n"a",3\r\n"b",\r\n')
  })

  it.each([
    '=HYPERLINK("https://evil.example","open")',
    '+1-1',
    '-2+3',
    '@SUM(A1)',
    '\t=1+1',
    '\r=1+1',
    '\n=1+1',
    '  =1+1',
    '\u200b=1+1',
    '＝1+1',
    "'=1+1",
    "=cmd|' /C calc'!A0",
  ])('makes no formula of %j', async (text) => {
    const [, [cell]] = read(await csv([{ text }])) as [string[], [string]]
    expect(cell).toBe(`'${text}`)
  })

  it('leaves quotes, line ends, and text of any script as they are', async () => {
    const texts = ['say "hi"', 'two\r\nlines', 'Überweisung', '请付款', 'حساب', '🧾 invoice', 'a,b;c']
    const [, ...rows] = read(await csv(texts.map((text) => ({ text }))))
    expect(rows.map(([cell]) => cell)).toEqual(texts)
  })

  it('can be read back, whatever a stranger writes, and no cell begins as a formula does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), async (texts) => {
        const [, ...rows] = read(await csv(texts.map((text) => ({ text, count: 1 }))))
        expect(rows.map(([cell]) => original(cell!))).toEqual(texts)
        for (const [cell] of rows) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/)
      }),
    )
  })
})
