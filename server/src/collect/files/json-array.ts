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
  #escaped = false
  /** Whether an element has begun; it starts at the first byte of `#rest`. */
  #inElement = false

  constructor(name: string) {
    this.#name = name
  }

  /** Adds the elements that end in this piece to `batch`. */
  push(chunk: Buffer, batch: FileRecord[]): void {
    const scanned = this.#rest.length
    const bytes = scanned === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let start = 0
    let depth = this.#depth
    let inString = this.#inString
    let escaped = this.#escaped
    let inElement = this.#inElement

    const give = (end: number) => {
      batch.push({ text: bytes.toString('utf8', start, end), line: this.#elementLine, offset: this.#offset + start })
      inElement = false
    }

    for (let at = scanned; at < bytes.length; at += 1) {
      const byte = bytes[at]!
      if (inString) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else if (byte === QUOTE) inString = false
        continue
      }
      if (byte <= SPACE) {
        if (byte === LINE_FEED) this.#line += 1
        if (inElement && depth === 1) give(at)
        continue
      }
      if (depth === 0) {
        if (byte !== OPENING_BRACKET) throw unknownFormat(this.#name, `Line ${this.#line} has text outside the array.`)
        depth = 1
        continue
      }
      if (depth === 1 && (byte === COMMA || byte === CLOSING_BRACKET)) {
        if (inElement) give(at)
        if (byte === CLOSING_BRACKET) depth = 0
        continue
      }
      if (depth === 1 && byte === CLOSING_BRACE) {
        throw unknownFormat(this.#name, `Line ${this.#line} closes a record that was not opened.`)
      }
      if (!inElement) {
        inElement = true
        start = at
        this.#elementLine = this.#line
      }
      if (byte === QUOTE) inString = true
      else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) depth += 1
      else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) {
        depth -= 1
        if (depth === 1) give(at + 1)
      }
    }

    const kept = inElement ? start : bytes.length
    this.#rest = bytes.subarray(kept)
    this.#offset += kept
    this.#depth = depth
    this.#inString = inString
    this.#escaped = escaped
    this.#inElement = inElement
    if (this.#rest.length > MAX_RECORD_BYTES) {
      throw unknownFormat(this.#name, `The record that starts on line ${this.#elementLine} is longer than 64 MiB.`)
    }
  }

  /** To be called at the end of the content. */
  end(): void {
    if (this.#depth === 0) return
    const line = this.#inElement ? this.#elementLine : this.#line
    throw truncated(this.#name, { line, offset: this.#offset })
  }
}
