import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { createSlabWriter, freeRows } from './slabs.ts'

/** Few fit one piece of memory. */
const LONG = 'x'.repeat(150_000)

test('rows are as they were written until they are freed, whatever was freed before them (law, with fast-check)', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(LONG))
  fc.assert(
    fc.property(fc.array(fc.record({ text, isFreed: fc.boolean() }), { maxLength: 20 }), (steps) => {
      const write = createSlabWriter()
      const kept: { text: string; row: Buffer }[] = []
      for (const { text: written, isFreed } of steps) {
        const row = write(written)
        if (isFreed) freeRows([row])
        else kept.push({ text: written, row })
      }
      for (const { text: written, row } of kept) expect(row.equals(Buffer.from(written))).toBe(true)
    }),
  )
})

test('the memory of rows is given back with the last of them', () => {
  const write = createSlabWriter()
  const rows = Array.from({ length: 20 }, () => write(LONG))
  const [first] = rows
  const beside = rows.filter(({ buffer }) => buffer === first!.buffer)
  expect(beside.length).toBeGreaterThan(1)
  freeRows(beside.slice(1))
  expect(first!.toString()).toBe(LONG)
  freeRows([first!])
  expect(first!.buffer.byteLength).toBe(0)
  expect(rows.at(-1)!.toString()).toBe(LONG)
})
