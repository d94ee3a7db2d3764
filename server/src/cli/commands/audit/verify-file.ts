import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

import { AuditEntry, AuditHead, type AuditVerification } from '@cordon/api'
import { z } from 'zod'

import { type ChainedEntry, GENESIS } from '#domain/audit.ts'
import { verifyChain } from '#domain/audit-verification.ts'
import { AppError } from '#domain/errors.ts'

const Line = z.union([z.object({ head: AuditHead }).strict(), AuditEntry.strict()])

/**
 * An export against its own last line, and against an entry that was noted elsewhere, as `number:hash`.
 *
 * @throws AppError REQUEST_INVALID for a file that is no export.
 */
export async function verifyFile(file: string, anchor: string | undefined): Promise<Omit<AuditVerification, 'seal'>> {
  let head: z.infer<typeof AuditHead> | undefined
  let newest: z.infer<typeof AuditHead> = GENESIS
  const places = new Map<string, number>()
  for await (const line of linesOf(file)) {
    if ('head' in line) head = line.head
    else places.set((newest = line).hash, line.sequence)
  }
  const end = head ?? newest
  const verified = await verifyChain(entriesOf(file), end, (hash) => Promise.resolve(places.get(hash)))
  if (!verified.broken && !head) {
    const what = 'The last line, which says where the log ends, is gone; so may be newer entries.'
    return { ...verified, broken: { kind: 'head', sequence: end.sequence, what } }
  }
  const [sequence, hash] = anchor?.split(':') ?? []
  if (verified.broken || hash === undefined || places.get(hash) === Number(sequence)) return verified
  const what = `Entry ${sequence} does not have the hash that was noted.`
  return { ...verified, broken: { kind: 'altered', sequence: Number(sequence), what } }
}

async function* entriesOf(file: string): AsyncIterable<ChainedEntry> {
  for await (const line of linesOf(file)) if (!('head' in line)) yield line as ChainedEntry
}

async function* linesOf(file: string): AsyncIterable<z.infer<typeof Line>> {
  let number = 0
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number += 1
    if (text.trim() === '') continue
    const line = Line.safeParse(parse(text))
    if (line.error) throw unreadable(file, `Line ${number} is no entry of an audit log.`)
    yield line.data
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unreadable(file: string, why: string): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: `Could not verify ${file}.`,
    why,
    fix: 'Give a file that `npx cordon audit export` wrote.',
  })
}
