import { closeSync, openSync } from 'node:fs'
import type { Readable } from 'node:stream'

import { unreadable } from '#collect/files/faults.ts'
import { readAuditFile } from '#collect/files/read-audit-file.ts'
import type { TenantId } from '#domain/ids.ts'
import { addCounts, type IntakeCounts, NO_COUNTS } from '#domain/outcome.ts'

import type { Pipeline } from './pipeline.ts'

/** Measured: larger ones cost more memory and garbage collection than they spare the store. */
const BATCH_RECORDS = 3000
/** Commits under way at one time: the store takes one while the next is encoded. */
const COMMITS_UNDER_WAY = 2
const BATCH_CHARACTERS = 32_000_000

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
  let total = NO_COUNTS
  for (const source of request.sources) {
    const file = typeof source === 'string' ? readAuditFile(source) : readAuditFile(source.stream, source.name)
    const origin = { tenantId: request.tenantId, dataset: request.dataset, origin: file.name }
    const underWay: Promise<void>[] = []
    const commit = async (texts: string[]) => {
      const prepared = pipeline.prepare(origin, texts)
      if (underWay.length >= COMMITS_UNDER_WAY) await underWay.shift()
      const committed = pipeline.commit([prepared]).then(([counts]) => {
        total = addCounts(total, counts!)
        const { sizeBytes, bytesRead } = file
        request.onProgress?.({ file: file.name, counts: total, sizeBytes, bytesRead })
      })
      // Awaited later; until then a failure must not count as unhandled.
      committed.catch(() => {})
      underWay.push(committed)
    }
    try {
      for await (const batch of batches(file)) {
        if (request.signal?.aborted) break
        await commit(batch)
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

/** The texts of a file's records, in the batches of an import. @throws AppError IMPORT_*. */
export function auditTexts(path: string): AsyncGenerator<string[]> {
  return batches(readAuditFile(path))
}

/** A file's records in batches of a good size. What came before a fault in the file is given first. */
async function* batches(file: AsyncIterable<{ text: string }[]>): AsyncGenerator<string[]> {
  let batch: string[] = []
  let characters = 0
  let fault: { error: unknown } | undefined
  try {
    for await (const records of file) {
      for (const { text } of records) {
        batch.push(text)
        characters += text.length
        if (batch.length < BATCH_RECORDS && characters < BATCH_CHARACTERS) continue
        yield batch
        batch = []
        characters = 0
      }
    }
  } catch (error) {
    fault = { error }
  }
  if (batch.length > 0) yield batch
  if (fault) throw fault.error
}
