import type { AppError } from '#domain/errors.ts'
import { truncated, unknownFormat } from './faults.ts'
import { MAX_RECORD_BYTES } from './file-record.ts'
import type { Bytes, FileRecord } from './file-record.ts'

/**
 * The elements of a JSON array as slices of the file, without parsing them: memory is one piece plus one record, however
 * long the array. Arrays written one after another are read as one. What is not JSON inside an element is left to whoever
 * parses it.
 *
 * @throws AppError IMPORT_FILE_TRUNCATED when the array has no end, after every complete element was given.
 * @throws AppError IMPORT_FORMAT_UNKNOWN for text outside an array, or an element without an end.
 */
export async function* readElements(name: string, chunks: Bytes): AsyncGenerator<FileRecord[]> {
  const splitter = new ArraySplitter(name)
  for await (const chunk of chunks) {
    const batch: FileRecord[] = []
    try {
      splitter.push(chunk, batch)
    } finally {
      if (batch.length > 0) yield batch
    }
  }
  splitter.end()
}

const LINE_FEED = 0x0a
const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d

/** 1 for the bytes that mean something inside an element; nearly all others are passed over at once. */
const STRUCTURAL = new Uint8Array(256)
for (const byte of [LINE_FEED, QUOTE, OPENING_BRACKET, CLOSING_BRACKET, OPENING_BRACE, CLOSING_BRACE]) {
  STRUCTURAL[byte] = 1
}

/** Walks the bytes once and remembers between pieces where it is. */
class ArraySplitter {
  readonly #name: string
  /** Bytes of an element begun but not ended. */
  #rest: Buffer = Buffer.alloc(0)
  /** Where `#rest` starts in the content. */
  #offset = 0
  #line = 1
  #elementLine = 1
  /** Open brackets and braces, the array's own included. */
  #depth = 0
  #inString = false
  /** 1 where the byte after this piece is escaped. */
  #skip: 0 | 1 = 0
  /** Whether an element has begun; it starts at the first byte of `#rest`. */
  #inElement = false

  constructor(name: string) {
    this.#name = name
  }

  /** Adds the elements that end in this piece to `batch`. The loop works on local variables: it runs once per byte. */
  push(chunk: Buffer, batch: FileRecord[]): void {
    const scanned = this.#rest.length
    const bytes = scanned === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const { length } = bytes
    let at = scanned + this.#skip
    let start = 0
    let depth = this.#depth
    let line = this.#line
    let inString = this.#inString
    let inElement = this.#inElement

    while (at < length) {
      if (inString) {
        while (inString && at < length) {
          const byte = bytes[at]!
          inString = byte !== QUOTE
          at += byte === BACKSLASH ? 2 : 1
        }
        continue
      }
      const byte = bytes[at]!
      at += 1
      if (depth > 1) {
        if (STRUCTURAL[byte] === 0) continue
        if (byte === QUOTE) inString = true
        else if (byte === LINE_FEED) line += 1
        else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) depth += 1
        else {
          depth -= 1
          if (depth > 1) continue
          batch.push(this.#record(bytes, start, at))
          inElement = false
        }
      } else if (byte <= SPACE || byte === COMMA || byte === CLOSING_BRACKET) {
        if (depth === 0 && byte > SPACE) throw this.#outside(line)
        if (inElement) {
          batch.push(this.#record(bytes, start, at - 1))
          inElement = false
        }
        if (byte === LINE_FEED) line += 1
        else if (byte === CLOSING_BRACKET) depth = 0
      } else if (depth === 0) {
        if (byte !== OPENING_BRACKET) throw this.#outside(line)
        depth = 1
      } else {
        if (byte === CLOSING_BRACE) throw this.#outside(line)
        if (!inElement) {
          inElement = true
          start = at - 1
          this.#elementLine = line
        }
        if (byte === QUOTE) inString = true
        else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) depth = 2
      }
    }

    const kept = inElement ? start : length
    this.#rest = bytes.subarray(kept)
    this.#offset += kept
    this.#depth = depth
    this.#line = line
    this.#inString = inString
    this.#skip = at > length ? 1 : 0
    this.#inElement = inElement
    if (this.#rest.length > MAX_RECORD_BYTES) {
      throw unknownFormat(this.#name, `The record that starts on line ${this.#elementLine} is longer than 64 MiB.`)
    }
  }

  #record(bytes: Buffer, start: number, end: number): FileRecord {
    return { text: bytes.toString('utf8', start, end), line: this.#elementLine, offset: this.#offset + start }
  }

  #outside(line: number): AppError {
    return unknownFormat(this.#name, `Line ${line} has text outside the records of the array.`)
  }

  /** To be called at the end of the content. */
  end(): void {
    if (this.#depth === 0) return
    const line = this.#inElement ? this.#elementLine : this.#line
    throw truncated(this.#name, { line, offset: this.#offset })
  }
}
