/**
 * Thrift's compact protocol, as much of it as the metadata of Parquet needs.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export type ThriftValue =
  | { i32: number }
  | { i64: number }
  | { text: string }
  | { struct: ThriftStruct }
  | { list: readonly ThriftValue[] }

/** Fields by their numbers, in rising order. */
export type ThriftStruct = readonly (readonly [id: number, value: ThriftValue])[]

const I32 = 5
const I64 = 6
const BINARY = 8
const LIST = 9
const STRUCT = 12

export function encodeStruct(struct: ThriftStruct): Buffer {
  const bytes: (number | Buffer)[] = []
  writeStruct(struct, bytes)
  return Buffer.concat(bytes.map((each) => (typeof each === 'number' ? Buffer.of(each) : each)))
}

function writeStruct(struct: ThriftStruct, bytes: (number | Buffer)[]): void {
  let before = 0
  for (const [id, value] of struct) {
    // No number here is more than fifteen above the one before, so the short form always does.
    bytes.push(((id - before) << 4) | typeOf(value))
    writeValue(value, bytes)
    before = id
  }
  bytes.push(0)
}

function writeValue(value: ThriftValue, bytes: (number | Buffer)[]): void {
  if ('i32' in value) bytes.push(varint(zigzag(value.i32)))
  else if ('i64' in value) bytes.push(varint(zigzag(value.i64)))
  else if ('text' in value) {
    const text = Buffer.from(value.text)
    bytes.push(varint(BigInt(text.length)), text)
  } else if ('struct' in value) writeStruct(value.struct, bytes)
  else {
    const type = value.list[0] ? typeOf(value.list[0]) : STRUCT
    if (value.list.length < 15) bytes.push((value.list.length << 4) | type)
    else bytes.push(0xf0 | type, varint(BigInt(value.list.length)))
    for (const each of value.list) writeValue(each, bytes)
  }
}

function typeOf(value: ThriftValue): number {
  if ('i32' in value) return I32
  if ('i64' in value) return I64
  if ('text' in value) return BINARY
  return 'struct' in value ? STRUCT : LIST
}

function zigzag(value: number): bigint {
  return value < 0 ? BigInt(value) * -2n - 1n : BigInt(value) * 2n
}

/** Seven bits a byte, the lowest first. */
export function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}
