import { zstdCompressSync } from 'node:zlib'

import { encodeStruct, type ThriftStruct, varint } from './thrift.ts'

/**
 * A table as a Parquet file, written while its rows come: a group of rows is sent as soon as it is full, and only where it
 * lies is remembered, for the footer. Every column may lack values; plain encoding, pages packed with Zstandard.
 *
 * @see https://parquet.apache.org/docs/file-format/
 */
export interface ParquetColumn<Row> {
  name: string
  type: keyof typeof TYPES
  /** Milliseconds since the epoch for `time`. */
  value(row: Row): string | number | undefined
}

/** Physical type and converted type of parquet.thrift. */
const TYPES = {
  text: { physical: 6, converted: 0 },
  number: { physical: 5, converted: undefined },
  time: { physical: 2, converted: 9 },
} as const

const ROWS_IN_GROUP = 10_000
const MAGIC = Buffer.from('PAR1')
const OPTIONAL = 1
const PLAIN = 0
const RLE = 3
const ZSTD = 6

export async function* parquetFile<Row>(
  columns: readonly ParquetColumn<Row>[],
  rows: AsyncIterable<Row>,
): AsyncGenerator<Buffer> {
  const groups: ThriftStruct[] = []
  let written = MAGIC.length
  let total = 0
  yield MAGIC

  function* group(waiting: readonly Row[]): Generator<Buffer> {
    const start = written
    const chunks: ThriftStruct[] = []
    for (const column of columns) {
      const { bytes, unpacked } = page(column, waiting)
      chunks.push(chunkOf(column, { at: written, count: waiting.length, size: bytes.length, unpacked }))
      written += bytes.length
      yield bytes
    }
    groups.push([
      [1, { list: chunks.map((struct) => ({ struct })) }],
      [2, { i64: written - start }],
      [3, { i64: waiting.length }],
    ])
    total += waiting.length
  }

  let waiting: Row[] = []
  for await (const row of rows) {
    waiting.push(row)
    if (waiting.length < ROWS_IN_GROUP) continue
    yield* group(waiting)
    waiting = []
  }
  if (waiting.length > 0) yield* group(waiting)
  const footer = encodeStruct([
    [1, { i32: 1 }],
    [2, { list: [rootOf(columns), ...columns.map(schemaOf)].map((struct) => ({ struct })) }],
    [3, { i64: total }],
    [4, { list: groups.map((struct) => ({ struct })) }],
    [6, { text: 'Cordon' }],
  ])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  yield Buffer.concat([footer, length, MAGIC])
}

/** One page holds all of a column's values in a group. */
function page<Row>(column: ParquetColumn<Row>, rows: readonly Row[]): { bytes: Buffer; unpacked: number } {
  const values = rows.map((row) => column.value(row))
  const content = Buffer.concat([presence(values), ...values.flatMap((value) => encode(column.type, value))])
  const packed = zstdCompressSync(content)
  const header = encodeStruct([
    [1, { i32: 0 }],
    [2, { i32: content.length }],
    [3, { i32: packed.length }],
    [
      5,
      {
        struct: [
          [1, { i32: rows.length }],
          [2, { i32: PLAIN }],
          [3, { i32: RLE }],
          [4, { i32: RLE }],
        ],
      },
    ],
  ])
  return { bytes: Buffer.concat([header, packed]), unpacked: header.length + content.length }
}

/** A bit a row: whether it has a value. */
function presence(values: readonly unknown[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil(values.length / 8))
  values.forEach((value, index) => {
    if (value !== undefined) bytes[index >> 3]! |= 1 << (index & 7)
  })
  const run = Buffer.concat([varint(BigInt(bytes.length) * 2n + 1n), bytes])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(run.length)
  return Buffer.concat([length, run])
}

function encode(type: keyof typeof TYPES, value: string | number | undefined): Buffer[] {
  if (value === undefined) return []
  if (type === 'text') {
    const text = Buffer.from(String(value))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(text.length)
    return [length, text]
  }
  const bytes = Buffer.alloc(8)
  if (type === 'number') bytes.writeDoubleLE(Number(value))
  else bytes.writeBigInt64LE(BigInt(value))
  return [bytes]
}

function rootOf(columns: readonly unknown[]): ThriftStruct {
  return [
    [4, { text: 'events' }],
    [5, { i32: columns.length }],
  ]
}

function schemaOf<Row>({ name, type }: ParquetColumn<Row>): ThriftStruct {
  const { physical, converted } = TYPES[type]
  return [
    [1, { i32: physical }],
    [3, { i32: OPTIONAL }],
    [4, { text: name }],
    ...(converted === undefined ? [] : ([[6, { i32: converted }]] as const)),
  ]
}

function chunkOf<Row>(
  { name, type }: ParquetColumn<Row>,
  { at, count, size, unpacked }: { at: number; count: number; size: number; unpacked: number },
): ThriftStruct {
  return [
    [2, { i64: at }],
    [
      3,
      {
        struct: [
          [1, { i32: TYPES[type].physical }],
          [2, { list: [{ i32: PLAIN }, { i32: RLE }] }],
          [3, { list: [{ text: name }] }],
          [4, { i32: ZSTD }],
          [5, { i64: count }],
          [6, { i64: unpacked }],
          [7, { i64: size }],
          [9, { i64: at }],
        ],
      },
    ],
  ]
}
