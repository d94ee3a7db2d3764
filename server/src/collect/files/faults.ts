import { AppError } from '#domain/errors.ts'

const FORMATS =
  'JSON records, one a line or one after another, a JSON array of records, alone or inside an object, or a Purview CSV export'

/** A file that cannot be opened or read: `cause` is the system's or the unpacker's error. */
export function unreadable(name: string, why: string, cause: unknown): AppError {
  return new AppError({
    code: 'IMPORT_FILE_UNREADABLE',
    what: `Could not read ${name}.`,
    why,
    fix: `Check that ${name} is a file that this account may read, then run the import again: what is stored already is not stored twice.`,
    cause,
  })
}

/** A file that is none of the formats. */
export function unknownFormat(name: string, why: string): AppError {
  return new AppError({
    code: 'IMPORT_FORMAT_UNKNOWN',
    what: `Could not tell the format of ${name}.`,
    why,
    fix: `Convert it to ${FORMATS}; each may be gzipped.`,
  })
}

/** A file that ends in the middle of a record. */
export function truncated(name: string, where: { line?: number; offset?: number }, cause?: unknown): AppError {
  const place =
    where.line === undefined ? '' : ` The record that starts on line ${where.line}, byte ${where.offset}, has no end.`
  return new AppError({
    code: 'IMPORT_FILE_TRUNCATED',
    what: `Could not read ${name} to its end.`,
    why: `It stops before its content is complete.${place}`,
    fix: 'Everything before that place has been read. Get the whole file again and import it: what is stored already is not stored twice.',
    cause,
  })
}
