import { createHash, randomBytes } from 'node:crypto'

import type { CollectedFile } from '#domain/collected-file.ts'
import type { TenantId } from '#domain/ids.ts'
import { KEY_BYTES, openPiece, sealPiece } from '#store/piece.ts'
import type { RecordStore } from '#store/record-store.ts'
import { sealWrong, type Seal } from '#store/seal.ts'

import { resealing } from './reseal.ts'
import { present } from './row.ts'
import type { Database } from './schema.ts'

/** As much as is held at a time, written in one statement. */
const PIECE_BYTES = 256 * 1024

/**
 * Files from devices. Each has a key of its own, so that a new key of the installation seals anew some bytes and not all of them.
 * Between two pieces nothing is held: no connection waits for what comes from far away.
 */
export function collectedFiles(db: Database, seal: Seal): RecordStore['collectedFiles'] {
  const one = (tenantId: TenantId, id: string) =>
    db.selectFrom('collectedFiles').where('tenantId', '=', tenantId).where('id', '=', id)

  const whole = (tenantId: TenantId) =>
    db
      .selectFrom('collectedFiles')
      .select([
        'tenantId',
        'id',
        'actionRunId',
        'session',
        'deviceId',
        'deviceName',
        'path',
        'sizeBytes',
        'collectedAt',
      ])
      .select((eb) => eb.ref('sha256').$notNull().as('sha256'))
      .where('tenantId', '=', tenantId)
      .where('sha256', 'is not', null)

  const fileOf = (row: Awaited<ReturnType<ReturnType<typeof whole>['execute']>>[number]): CollectedFile => ({
    ...present(row),
    sizeBytes: Number(row.sizeBytes),
  })

  async function remove(tenantId: TenantId, id: string): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('collectedFiles')
      .where('tenantId', '=', tenantId)
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return numDeletedRows === 1n
  }

  async function writePieces(
    { tenantId, id }: Pick<CollectedFile, 'tenantId' | 'id'>,
    key: Buffer,
    bytes: AsyncIterable<Buffer>,
  ): Promise<{ sha256: string; sizeBytes: number }> {
    const hash = createHash('sha256')
    let [number, sizeBytes] = [0, 0]
    for await (const piece of inPieces(bytes)) {
      hash.update(piece)
      sizeBytes += piece.length
      const sealed = sealPiece(key, number, piece)
      await db.insertInto('collectedPieces').values({ tenantId, fileId: id, number, sealed }).execute()
      number += 1
    }
    return { sha256: hash.digest('hex'), sizeBytes }
  }

  return {
    async keep(file, bytes) {
      const { tenantId, id } = file
      const key = randomBytes(KEY_BYTES)
      await remove(tenantId, id)
      const sealedKey = seal.close(key.toString('base64'), [tenantId, id])
      await db
        .insertInto('collectedFiles')
        .values({ ...file, sealedKey })
        .execute()
      try {
        const end = await writePieces(file, key, bytes)
        await db.updateTable('collectedFiles').set(end).where('tenantId', '=', tenantId).where('id', '=', id).execute()
        return { ...file, ...end }
      } catch (error) {
        await remove(tenantId, id)
        throw error
      }
    },

    async read(tenantId, id) {
      const row = await whole(tenantId).where('id', '=', id).executeTakeFirst()
      return row && fileOf(row)
    },

    async list(tenantId, { actionRunId, limit }) {
      const rows = await whole(tenantId)
        .$if(actionRunId !== undefined, (query) => query.where('actionRunId', '=', actionRunId!))
        .orderBy('collectedAt', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(fileOf)
    },

    async *bytes(tenantId, id) {
      const row = await one(tenantId, id).select(['sealedKey', 'sha256']).executeTakeFirst()
      if (!row?.sha256) return
      const hash = createHash('sha256')
      const key = Buffer.from(seal.open(row.sealedKey, [tenantId, id]), 'base64')
      for (let number = 0; ; number += 1) {
        const piece = await db
          .selectFrom('collectedPieces')
          .select('sealed')
          .where('tenantId', '=', tenantId)
          .where('fileId', '=', id)
          .where('number', '=', number)
          .executeTakeFirst()
        if (!piece) break
        const plain = openPiece(key, number, piece.sealed)
        hash.update(plain)
        yield plain
      }
      if (hash.digest('hex') !== row.sha256) throw sealWrong('Pieces of a stored file are missing.')
    },

    remove,

    async removeBefore(tenantId, before) {
      const { numDeletedRows } = await db
        .deleteFrom('collectedFiles')
        .where('tenantId', '=', tenantId)
        .where('collectedAt', '<', new Date(before))
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    },

    ...resealing(db, seal, { table: 'collected_files', column: 'sealed_key' }),
  }
}

/** The same bytes in pieces of one length, but for the last. */
async function* inPieces(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let held: Buffer[] = []
  let length = 0
  for await (const part of bytes) {
    held.push(part)
    length += part.length
    if (length < PIECE_BYTES) continue
    const all = Buffer.concat(held)
    const end = all.length - (all.length % PIECE_BYTES)
    for (let at = 0; at < end; at += PIECE_BYTES) yield all.subarray(at, at + PIECE_BYTES)
    held = [all.subarray(end)]
    length = all.length - end
  }
  if (length > 0) yield Buffer.concat(held)
}
