import type { z } from 'zod'

import { batchedJson } from '#connect/apis/graph/batch.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

/** Something of a mailbox to be read. */
export interface Read {
  /** Relative to the version root. */
  url: string
  headers?: Record<string, string>
  /** First sentence of the error if it fails. */
  what: string
  permission: string
}

/**
 * Many reads of many mailboxes, in batches; answers in the order of `reads`. What cannot be read is its AppError, so that
 * one mailbox does not spoil the rest.
 *
 * @throws the signal's reason when aborted.
 */
export async function readAll<T>(
  microsoft: Microsoft,
  reads: readonly Read[],
  schema: z.ZodType<T>,
  signal?: AbortSignal,
): Promise<(T | AppError)[]> {
  const parts = reads.map(({ url, headers }) => ({ method: 'GET' as const, url, ...(headers && { headers }) }))
  try {
    const replies = await microsoft.batch(parts, signal)
    return reads.map(({ url, what, permission }, index) =>
      orError(() => batchedJson({ api: 'graph', path: `/v1.0${url}`, what, permission }, replies[index]!, schema)),
    )
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof AppError)) throw error
    return reads.map(() => error)
  }
}

function orError<T>(read: () => T): T | AppError {
  try {
    return read()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}
