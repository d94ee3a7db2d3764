/** One record as it stands in a file. */
export interface FileRecord {
  /** The record's own text. */
  text: string
  /** The line it starts on, from 1. */
  line: number
  /** Where it starts, in bytes of the file's content after unpacking and without a byte order mark. */
  offset: number
}

/** A file's content: UTF-8 without a byte order mark, in pieces of any size. */
export type Bytes = AsyncIterable<Buffer>

/** No published record comes near; a longer one is a file of another kind. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024
