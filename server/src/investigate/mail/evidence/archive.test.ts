import { spawnSync } from 'node:child_process'
import { createDecipheriv, createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'

import { TextWriter, Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import { describe, expect, it } from 'vitest'

import { AppError } from '#domain/errors.ts'
import { parseTenantId } from '#domain/ids.ts'
import type { MailHit } from '#domain/investigation.ts'
import { hit as sampleHit, investigation as sample } from '#store/testing/record-store/samples.ts'

import { type Archive, archiveOf, type Manifest } from './archive.ts'

const PASSWORD = 'correct horse battery'
const investigation = sample(parseTenantId('11111111-1111-4111-8111-111111111111')!)
const hits = [1, 2, 3].map((number) => sampleHit(`${number}`, { subject: `Überweisung 请付款 ${number}` }))
const mimeOf = ({ id }: MailHit) => Buffer.from(`Subject: ${id}\r\n\r\nPay now.\r\n`)

function archive(change: Partial<Archive> = {}): ReadableStream<Uint8Array> {
  return archiveOf({
    investigation,
    hits,
    collectedBy: 'ana',
    reason: 'Case 7',
    password: PASSWORD,
    read: async (hit) => mimeOf(hit),
    clock: { now: () => Date.parse('2026-01-15T10:00:00Z') },
    onSealed: async () => {},
    ...change,
  })
}

async function open(stream: ReadableStream<Uint8Array>, password?: string) {
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
  const options = password === undefined ? {} : { password }
  const entries = await new ZipReader(new Uint8ArrayReader(bytes), options).getEntries()
  return entries.filter((entry) => !entry.directory)
}

async function contents(stream: ReadableStream<Uint8Array>) {
  const files = new Map<string, Uint8Array>()
  let manifest: Manifest | undefined
  for (const entry of await open(stream, PASSWORD)) {
    if (entry.filename === 'manifest.json') manifest = JSON.parse(await entry.getData(new TextWriter())) as Manifest
    else files.set(entry.filename, await entry.getData(new Uint8ArrayWriter()))
  }
  return { files, manifest: manifest! }
}

/**
 * The first file of the archive, read by the specification of WinZip's AES encryption and nothing of the library's.
 * @see https://www.winzip.com/en/support/aes-encryption/
 */
function decryptFirst(zip: Buffer, password: string): Buffer {
  const [nameLength, extraLength] = [zip.readUInt16LE(26), zip.readUInt16LE(28)]
  const extra = zip.subarray(30 + nameLength, 30 + nameLength + extraLength)
  const aes = extra.subarray(extra.indexOf(Buffer.from([0x01, 0x99, 0x07, 0x00])))
  expect([aes.toString('latin1', 6, 8), aes[8]]).toEqual(['AE', 3])
  expect(aes.readUInt16LE(9)).toBe(8)
  const salted = zip.subarray(30 + nameLength + extraLength)
  const end = salted.indexOf(Buffer.from('PK\x07\x08', 'latin1'))
  const [salt, check, data, mac] = [
    salted.subarray(0, 16),
    salted.subarray(16, 18),
    salted.subarray(18, end - 10),
    salted.subarray(end - 10, end),
  ]
  const keys = pbkdf2Sync(password, salt, 1000, 66, 'sha1')
  expect(keys.subarray(64)).toEqual(check)
  expect(createHmac('sha1', keys.subarray(32, 64)).update(data).digest().subarray(0, 10)).toEqual(mac)
  // Counter mode, its counter little-endian from 1, which Node's is not: block by block.
  const plain = Buffer.alloc(data.length)
  for (let block = 0; block * 16 < data.length; block++) {
    const counter = Buffer.alloc(16)
    counter.writeUInt32LE(block + 1)
    const cipher = createDecipheriv('aes-256-ctr', keys.subarray(0, 32), counter)
    cipher.update(data.subarray(block * 16, block * 16 + 16)).copy(plain, block * 16)
  }
  return inflateRawSync(plain)
}

const SEVEN_ZIP = ['7zz', '7z', '7za'].find((name) => spawnSync(name, ['i']).status === 0)

const gone = new AppError({
  code: 'CONNECT_NOT_FOUND',
  what: 'Could not read.',
  why: 'It is gone.',
  fix: 'Look elsewhere.',
})

describe('archiveOf', () => {
  it('holds every message as it was sent, and a manifest that says where from, when, by whom and with which hash', async () => {
    const { files, manifest } = await contents(archive())
    expect([...files.keys()]).toEqual(hits.map(({ id }) => `messages/${id}.eml`))
    expect(manifest).toMatchObject({
      collectedBy: 'ana',
      reason: 'Case 7',
      missing: [],
      tenantId: investigation.tenantId,
    })
    for (const [index, entry] of manifest.messages.entries()) {
      const { id, userPrincipalName, subject } = hits[index]!
      expect(entry).toMatchObject({ hitId: id, userPrincipalName, subject, collectedAt: '2026-01-15T10:00:00.000Z' })
      expect(Buffer.from(files.get(entry.file)!)).toEqual(mimeOf(hits[index]!))
      expect(entry.sha256).toBe(createHash('sha256').update(files.get(entry.file)!).digest('hex'))
    }
  })

  it('opens with the password alone, and its names tell nothing', async () => {
    for (const [password, message] of [
      [undefined, 'encrypted'],
      ['correct horse', 'password'],
    ] as const) {
      for (const entry of await open(archive(), password)) {
        expect(entry).toMatchObject({ encrypted: true, zipCrypto: false })
        expect(entry.filename).not.toMatch(/@|berweisung/)
        await expect(entry.getData(new TextWriter())).rejects.toThrow(message)
      }
    }
  })

  it('is AES-256 as WinZip specifies it', async () => {
    const zip = Buffer.from(await new Response(archive()).arrayBuffer())
    expect(decryptFirst(zip, PASSWORD)).toEqual(mimeOf(hits[0]!))
  })

  it.skipIf(SEVEN_ZIP === undefined)('opens in 7-Zip with the password alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cordon-zip-'))
    const file = join(folder, 'evidence.zip')
    await writeFile(file, Buffer.from(await new Response(archive()).arrayBuffer()))
    const test = (password: string) => spawnSync(SEVEN_ZIP!, ['t', `-p${password}`, file]).status
    expect(test(PASSWORD)).toBe(0)
    expect(test('another password')).not.toBe(0)
    await rm(folder, { recursive: true })
  })

  it('lists what could not be had, with the reason, and goes on', async () => {
    const read = async (hit: MailHit) => (hit === hits[1] ? Promise.reject(gone) : mimeOf(hit))
    const sealed: object[] = []
    const { files, manifest } = await contents(
      archive({ read, onSealed: async (summary) => void sealed.push(summary) }),
    )
    expect(files.size).toBe(2)
    expect(manifest.missing).toMatchObject([
      {
        hitId: hits[1]!.id,
        subject: hits[1]!.subject,
        code: 'CONNECT_NOT_FOUND',
        why: expect.stringContaining('It is gone.'),
      },
    ])
    expect(sealed).toMatchObject([
      { collected: 2, missing: 1, manifestSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ])
  })

  it('breaks off where Cordon itself fails, so that half an archive is not taken for a whole', async () => {
    const failing = [
      { read: () => Promise.reject(new Error('The store is gone.')) },
      { onSealed: () => Promise.reject(new Error('The store is gone.')) },
    ]
    for (const fault of failing) await expect(contents(archive(fault))).rejects.toThrow('The store is gone.')
  })

  it('reads no more than it may ahead of a client that is slow, and stops with one that leaves', async () => {
    const many = Array.from({ length: 200 }, (_, number) => sampleHit(`${number}`))
    let reads = 0
    // Incompressible, so that the pipe fills.
    const read = async () => (reads++, Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))))
    const reader = archive({ hits: many, read }).getReader()
    await reader.read()
    await reader.cancel()
    expect(reads).toBeLessThan(20)
  })
})
