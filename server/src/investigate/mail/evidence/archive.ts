import { createHash } from 'node:crypto'

import { TextReader, Uint8ArrayReader, type ZipWriter } from '@zip.js/zip.js'

import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { Investigation, MailHit } from '#domain/investigation.ts'

import { sealedZip } from '#investigate/sealed-zip.ts'

import { readAhead } from './read-ahead.ts'

/**
 * Messages as files, EML, in a ZIP that opens with a password alone (AES-256), with a manifest that says of each where it came
 * from, when, by whom and its SHA-256, and of those that could not be had, why.
 *
 * Its names tell nothing: the manifest, inside, does.
 */
export interface Archive {
  investigation: Investigation
  hits: readonly MailHit[]
  collectedBy: string
  reason: string
  password: string
  read(hit: MailHit): Promise<Buffer>
  clock: Clock
  /** Told at the end, when the manifest is written. */
  onSealed(summary: { collected: number; missing: number; manifestSha256: string }): Promise<void>
}

/** Of a message in the archive, or of one that is missing from it. */
type Source = Pick<
  MailHit,
  'userId' | 'userPrincipalName' | 'messageId' | 'internetMessageId' | 'sender' | 'subject' | 'receivedAt'
> & { hitId: string; folder: string }

export interface Manifest {
  format: 'cordon-evidence-1'
  tenantId: string
  investigation: Pick<Investigation, 'id' | 'name' | 'filter' | 'createdBy' | 'createdAt'>
  collectedBy: string
  reason: string
  startedAt: string
  endedAt: string
  messages: (Source & { file: string; sha256: string; bytes: number; collectedAt: string })[]
  missing: (Source & { code: string; why: string; triedAt: string })[]
}

/** The bytes of the archive as they come about; abandoned, it stops reading. */
export function archiveOf(archive: Archive): ReadableStream<Uint8Array> {
  return sealedZip(archive.password, (zip) => fill(archive, zip))
}

async function fill(archive: Archive, zip: ZipWriter<unknown>): Promise<void> {
  const { clock, read } = archive
  const manifest = manifestOf(archive)
  const readings = readAhead(archive.hits, async (hit) => ({ hit, mime: await read(hit).catch(expected) }))
  for await (const { hit, mime } of readings) {
    const now = clock.now()
    if (mime instanceof AppError) {
      manifest.missing.push({ ...sourceOf(hit), code: mime.code, why: reasonOf(mime), triedAt: isoTime(now) })
      continue
    }
    const file = `messages/${hit.id}.eml`
    await zip.add(file, new Uint8ArrayReader(mime), { lastModDate: new Date(now) })
    const sha256 = sha256Of(mime)
    manifest.messages.push({ ...sourceOf(hit), file, sha256, bytes: mime.length, collectedAt: isoTime(now) })
  }
  const ended = clock.now()
  const text = `${JSON.stringify({ ...manifest, endedAt: isoTime(ended) }, undefined, 2)}\n`
  await zip.add('manifest.json', new TextReader(text), { lastModDate: new Date(ended) })
  const { messages, missing } = manifest
  await archive.onSealed({ collected: messages.length, missing: missing.length, manifestSha256: sha256Of(text) })
}

function manifestOf({ investigation, collectedBy, reason, clock }: Archive): Omit<Manifest, 'endedAt'> {
  const { id, name, filter, createdBy, createdAt, tenantId } = investigation
  return {
    format: 'cordon-evidence-1',
    tenantId,
    investigation: { id, name, filter, createdBy, createdAt },
    collectedBy,
    reason,
    startedAt: isoTime(clock.now()),
    messages: [],
    missing: [],
  }
}

function sourceOf(hit: MailHit): Source {
  const { id, userId, userPrincipalName, messageId, internetMessageId, sender, subject, receivedAt, folderName } = hit
  const place = { userId, userPrincipalName, folder: folderName }
  return { hitId: id, ...place, messageId, internetMessageId, sender, subject, receivedAt }
}

/** A message that Microsoft does not give is part of the answer; a fault of our own ends the archive. */
function expected(error: unknown): AppError {
  if (error instanceof AppError && error.code.startsWith('CONNECT_')) return error
  throw error
}

function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}
