import type { AppError } from '#domain/errors.ts'
import { truncated, unknownFormat } from './faults.ts'
import { MAX_RECORD_BYTES } from './file-record.ts'
import type { Bytes, FileRecord } from './file-record.ts'
import {
  BACKSLASH,
  CLOSING_BRACE,
  CLOSING_BRACKET,
  COMMA,
  LINE_FEED,
  OPENING_BRACE,
  OPENING_BRACKET,
  QUOTE,
  SPACE,
  STRUCTURAL,
} from './json-bytes.ts'

/**
 * The elements of a JSON array as slices of the file, without parsing them: memory is one piece plus one record, however
 * long the array. Arrays written one after another are read as one. What is not JSON inside an element is left to whoever
 * parses it.
 *
 * @throws AppError IMPORT_FILE_TRUNCATED when the array has no end, after every complete element was given.
 * @throws AppError IMPORT_FORMAT_UNKNOWN for text outside an array, or an element without an end.
 */
export function readElements(name: string, chunks: Bytes): AsyncGenerator<FileRecord[]> {
  return split(new ArraySplitter(name, 0), chunks)
}

/**
 * JSON objects one after another, each over as many lines as it likes, as `jq` prints them: the elements of an array that
 * has no brackets.
 *
 * @throws AppError IMPORT_FILE_TRUNCATED when the last has no end, after all others were given.
 * @throws AppError IMPORT_FORMAT_UNKNOWN for a brace or bracket too many, or an object without an end.
 */
export function readObjects(name: string, chunks: Bytes): AsyncGenerator<FileRecord[]> {
  return split(new ArraySplitter(name, 1), chunks)
}

async function* split(splitter: ArraySplitter, chunks: Bytes): AsyncGenerator<FileRecord[]> {
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

/** Walks the bytes once and remembers between pieces where it is. */
class ArraySplitter {
  readonly #name: string
  /** Memory of its own, used again and again: no piece is kept, and an element over many pieces is not copied with each. */
  #bytes: Buffer = Buffer.alloc(0)
  /** How many of `#bytes` are there: an element begun but not ended. */
  #rest = 0
  /** Where `#bytes` starts in the content. */
  #offset = 0
  #line = 1
  #elementLine = 1
  /** Open brackets and braces, the array's own included. */
  #depth: number
  /** What `#depth` is where the content may end. */
  readonly #outermost: 0 | 1
  #inString = false
  /** 1 where the byte after this piece is escaped. */
  #skip: 0 | 1 = 0
  /** Whether an element has begun; it starts at the first byte of `#bytes`. */
  #inElement = false

  /** `depth` is 1 where the content is what stands between an array's brackets. */
  constructor(name: string, depth: 0 | 1) {
    this.#name = name
    this.#depth = depth
    this.#outermost = depth
  }

  /** Adds the elements that end in this piece to `batch`. The loop works on local variables: it runs once per byte. */
  push(chunk: Buffer, batch: FileRecord[]): void {
    const scanned = this.#rest
    const length = scanned + chunk.length
    const bytes = scanned === 0 ? chunk : this.#withRest(chunk)
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
    this.#keep(bytes.subarray(kept))
    this.#offset += kept
    this.#depth = depth
    this.#line = line
    this.#inString = inString
    this.#skip = at > length ? 1 : 0
    this.#inElement = inElement
    if (this.#rest > MAX_RECORD_BYTES) {
      throw unknownFormat(this.#name, `The record that starts on line ${this.#elementLine} is longer than 64 MiB.`)
    }
  }

  #withRest(chunk: Buffer): Buffer {
    const length = this.#rest + chunk.length
    this.#makeRoom(length)
    chunk.copy(this.#bytes, this.#rest)
    return this.#bytes.subarray(0, length)
  }

  #keep(rest: Buffer): void {
    this.#makeRoom(rest.length)
    rest.copy(this.#bytes)
    this.#rest = rest.length
  }

  #makeRoom(length: number): void {
    if (length <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(length, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#rest)
    this.#bytes = larger
  }

  #record(bytes: Buffer, start: number, end: number): FileRecord {
    return { text: bytes.toString('utf8', start, end), line: this.#elementLine, offset: this.#offset + start }
  }

  #outside(line: number): AppError {
    return unknownFormat(this.#name, `Line ${line} has text outside the records.`)
  }

  /** To be called at the end of the content. */
  end(): void {
    if (this.#depth === this.#outermost && !this.#inElement) return
    const line = this.#inElement ? this.#elementLine : this.#line
    throw truncated(this.#name, { line, offset: this.#offset })
  }
}
