import { closeSync, openSync } from 'node:fs'
import type { Readable } from 'node:stream'

import { unreadable } from '#collect/files/faults.ts'
import { readAuditFile } from '#collect/files/read-audit-file.ts'
import type { TenantId } from '#domain/ids.ts'
import { addCounts, type IntakeCounts, NO_COUNTS } from '#domain/outcome.ts'

import { normalizerOf } from '#normalize/normalize-record.ts'

import type { Pipeline, Prepared } from './pipeline.ts'

/** Measured: with fewer the store's price by the statement shows, with more the memory. */
const COMMIT_RECORDS = 5000
const COMMIT_CHARACTERS = 32_000_000
/** Commits under way at one time: the store takes one while the next ones are made and sent. */
const COMMITS_UNDER_WAY = 3

export interface ImportProgress {
  file: string
  counts: IntakeCounts
  /** Of the file as it lies on disk; undefined for a stream. */
  sizeBytes: number | undefined
  bytesRead: number
}

export interface ImportRequest {
  tenantId: TenantId
  dataset: string
  /** Paths, or streams with a name. */
  sources: readonly (string | { stream: Readable; name: string })[]
  onProgress?: (progress: ImportProgress) => void
  /** Ends after the batch under way; what is imported stays, and importing again continues. */
  signal?: AbortSignal
}

/**
 * Brings files of audit records in through the same pipeline as a feed. The next batches are read, normalized and encoded
 * while the store takes the one before. Importing the same again changes nothing: every record counts as a duplicate.
 *
 * @throws AppError IMPORT_FILE_UNREADABLE, IMPORT_FORMAT_UNKNOWN, IMPORT_FILE_TRUNCATED (all complete records before are
 *   in), DATASET_NAME_UNKNOWN, STORE_*.
 */
export async function importFiles(pipeline: Pipeline, request: ImportRequest): Promise<IntakeCounts> {
  for (const source of request.sources) if (typeof source === 'string') checkReadable(source)
  const { takesText } = normalizerOf(request.dataset)
  let total = NO_COUNTS
  for (const source of request.sources) {
    const [input, called] = typeof source === 'string' ? [source] : [source.stream, source.name]
    const file = readAuditFile(input, called, takesText)
    const { name, modifiedAt: arrivedAt } = file
    const origin = {
      tenantId: request.tenantId,
      dataset: request.dataset,
      origin: name,
      ...(arrivedAt && { arrivedAt }),
    }
    const underWay: Promise<void>[] = []
    const commit = async (batches: Prepared[]) => {
      if (underWay.length >= COMMITS_UNDER_WAY) await underWay.shift()
      const committed = pipeline.commit(batches).then((counts) => {
        total = counts.reduce(addCounts, total)
        const { sizeBytes, bytesRead } = file
        request.onProgress?.({ file: file.name, counts: total, sizeBytes, bytesRead })
      })
      // Awaited later; until then a failure must not count as unhandled.
      committed.catch(() => {})
      underWay.push(committed)
    }
    try {
      for await (const batches of prepared(file, (texts) => pipeline.prepare(origin, texts))) {
        if (request.signal?.aborted) break
        await commit(batches)
      }
    } finally {
      await Promise.all(underWay)
    }
  }
  return total
}

/** Before anything is changed: the fifth file's wrong name should not come to light after an hour. */
function checkReadable(path: string): void {
  try {
    closeSync(openSync(path, 'r'))
  } catch (error) {
    throw unreadable(path, (error as Error).message, error)
  }
}

/** The texts of a file's records, some at a time. @throws AppError IMPORT_*. */
export async function* auditTexts(path: string): AsyncGenerator<string[]> {
  for await (const records of readAuditFile(path)) yield textsOf(records)
}

const textsOf = (records: readonly { text: string }[]): string[] => records.map(({ text }) => text)

/**
 * A file's records prepared, in commits of a good size. They are prepared piece by piece as the file is read, so that
 * between pieces the rows before can go out to the store. What came before a fault in the file is given first.
 */
async function* prepared(
  file: AsyncIterable<{ text: string }[]>,
  prepare: (texts: string[]) => Prepared,
): AsyncGenerator<Prepared[]> {
  let batches: Prepared[] = []
  let count = 0
  let characters = 0
  let fault: { error: unknown } | undefined
  try {
    for await (const records of file) {
      const texts = textsOf(records)
      batches.push(prepare(texts))
      count += texts.length
      characters += texts.reduce((sum, text) => sum + text.length, 0)
      if (count < COMMIT_RECORDS && characters < COMMIT_CHARACTERS) continue
      yield batches
      batches = []
      count = 0
      characters = 0
    }
  } catch (error) {
    fault = { error }
  }
  if (batches.length > 0) yield batches
  if (fault) throw fault.error
}
