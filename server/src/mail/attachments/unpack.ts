import { promisify } from 'node:util'
import { gunzip, inflateRaw } from 'node:zlib'

import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader, type Entry } from '@zip.js/zip.js'

import type { MailAttachment, NotOpened } from '#mail/parsed-mail.ts'

import type { Budget } from './budget.ts'

export interface Unpacked {
  files: MailAttachment[]
  notOpened: NotOpened[]
}

/** The files in an archive; empty for what is none. Never throws: what cannot be read is reported. */
export async function unpack(attachment: MailAttachment, budget: Budget): Promise<Unpacked> {
  const kind = archiveKind(attachment)
  const path = [...attachment.within, attachment.name]
  const unpacked: Unpacked = { files: [], notOpened: [] }
  if (kind === undefined) return unpacked
  try {
    if (kind === 'zip') await unzip(attachment, path, budget, unpacked)
    else if (kind === 'gzip') unpacked.files.push(await ungzip(attachment, path, budget))
    else unpacked.notOpened.push({ path, why: `archives of type ${kind} are not read` })
  } catch (error) {
    unpacked.notOpened.push({ path, why: reason(error) })
  }
  return unpacked
}

/** By the first bytes, since names lie. Office documents are ZIP too, but nobody opens them as archives. */
export function archiveKind({ name, bytes }: MailAttachment): string | undefined {
  const kind = SIGNATURES.find(([signature]) => signature.every((byte, index) => bytes[index] === byte))?.[1]
  return kind === 'zip' && /\.((do[ct]|xl[st]|p[op][ts])[xmb]|od[tsp]|epub)$/i.test(name) ? undefined : kind
}

const SIGNATURES: readonly (readonly [readonly number[], string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'zip'],
  [[0x50, 0x4b, 0x05, 0x06], 'zip'],
  [[0x1f, 0x8b, 0x08], 'gzip'],
  [[0x52, 0x61, 0x72, 0x21, 0x1a, 0x07], 'RAR'],
  [[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], '7-Zip'],
]

async function unzip({ bytes }: MailAttachment, path: string[], budget: Budget, unpacked: Unpacked): Promise<void> {
  const reader = new ZipReader(new Uint8ArrayReader(bytes), { useWebWorkers: false })
  for await (const entry of reader.getEntriesGenerator()) {
    if (entry.directory) continue
    if (budget.files <= 0) throw new Error('too many files')
    budget.files -= 1
    try {
      const content = await entryBytes(entry, budget)
      unpacked.files.push({ name: entry.filename, mediaType: UNKNOWN_TYPE, bytes: content, within: path })
    } catch (error) {
      unpacked.notOpened.push({ path: [...path, entry.filename], why: reason(error) })
    }
  }
}

/** The container is zip.js's work; unpacking is zlib's, which stops at a limit whatever size the archive claims. */
async function entryBytes(entry: Entry, budget: Budget): Promise<Uint8Array> {
  if (entry.directory) return new Uint8Array()
  if (entry.encrypted) throw new Error('encrypted')
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    throw new Error(`compression method ${entry.compressionMethod} is not read`)
  }
  const packed = await entry.getData(new Uint8ArrayWriter(), { passThrough: true, useWebWorkers: false })
  const content = entry.compressionMethod === STORED ? packed : await inflate(packed, limit(budget))
  return charge(content, budget)
}

const STORED = 0
const DEFLATED = 8
const UNKNOWN_TYPE = 'application/octet-stream'

async function ungzip({ name, bytes }: MailAttachment, path: string[], budget: Budget): Promise<MailAttachment> {
  if (budget.files <= 0) throw new Error('too many files')
  budget.files -= 1
  const content = charge(await expand(bytes, limit(budget)), budget)
  return {
    name: name.replace(/\.gz$/i, '').replace(/\.tgz$/i, '.tar'),
    mediaType: UNKNOWN_TYPE,
    bytes: content,
    within: path,
  }
}

const inflate = promisify(inflateRaw)
const expand = promisify(gunzip)

/** zlib takes a limit of zero for none. */
const limit = ({ bytes }: Budget) => ({ maxOutputLength: Math.max(bytes, 1) })

function charge(content: Uint8Array, budget: Budget): Uint8Array {
  if (content.length > budget.bytes) throw new Error(TOO_LARGE)
  budget.bytes -= content.length
  return content
}

const TOO_LARGE = 'larger than may be unpacked'

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE' ? TOO_LARGE : error.message
}
