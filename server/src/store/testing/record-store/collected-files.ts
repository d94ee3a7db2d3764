import { createHash, randomBytes } from 'node:crypto'

import { expect, it } from 'vitest'

import type { TenantId } from '#domain/ids.ts'
import { everyByte } from '#store/testing/every.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'

import { at, freshTenant } from './samples.ts'

export const collectedFileContract: Contract = (store) => {
  const sampleOf = (tenantId: TenantId, id: string, minute = 1) => ({
    tenantId,
    id,
    actionRunId: 'run-1',
    session: 'session-1',
    deviceId: 'd1',
    deviceName: 'ws-1.corp.example',
    path: String.raw`C:\soc\x.bin`,
    collectedAt: at(minute),
  })
  const tenant = async () => {
    const tenantId = freshTenant()
    await store().tenants.ensure(tenantId, 'Collected')
    return tenantId
  }
  async function* parts(...buffers: Buffer[]) {
    yield* buffers
  }
  const read = (tenantId: TenantId, id: string) => everyByte(store().collectedFiles.bytes(tenantId, id))

  it('gives back the bytes of a file as they were, of any length, with their hash and size', async () => {
    const tenantId = await tenant()
    const { collectedFiles } = store()
    for (const lengths of [[], [0], [1], [262_144], [262_143, 2], [700_000, 5, 300_000]]) {
      const buffers = lengths.map((length) => randomBytes(length))
      const all = Buffer.concat(buffers)
      const kept = await collectedFiles.keep(sampleOf(tenantId, 'f1'), parts(...buffers))
      expect(kept).toEqual({
        ...sampleOf(tenantId, 'f1'),
        sha256: createHash('sha256').update(all).digest('hex'),
        sizeBytes: all.length,
      })
      expect(await collectedFiles.read(tenantId, 'f1')).toEqual(kept)
      expect((await read(tenantId, 'f1')).equals(all)).toBe(true)
    }
  })

  it('has nothing of a file whose bytes broke off, nor of the one that it was to replace', async () => {
    const tenantId = await tenant()
    const { collectedFiles } = store()
    await collectedFiles.keep(sampleOf(tenantId, 'f1'), parts(Buffer.from('whole')))
    async function* breaking() {
      yield randomBytes(600_000)
      throw new Error('The line broke.')
    }
    await expect(collectedFiles.keep(sampleOf(tenantId, 'f1'), breaking())).rejects.toThrow('The line broke.')
    expect(await collectedFiles.read(tenantId, 'f1')).toBeUndefined()
    expect(await collectedFiles.list(tenantId, { limit: 9 })).toEqual([])
    expect(await read(tenantId, 'f1')).toHaveLength(0)
  })

  it('tells files of a tenant alone, newest first, and those of a run', async () => {
    const [tenantId, other] = [await tenant(), await tenant()]
    const { collectedFiles } = store()
    const keep = (sample: ReturnType<typeof sampleOf>) => collectedFiles.keep(sample, parts(Buffer.from('x')))
    await keep(sampleOf(tenantId, 'older', 1))
    await keep({ ...sampleOf(tenantId, 'newer', 2), actionRunId: 'run-2' })
    await keep(sampleOf(other, 'others'))
    const ids = async (actionRunId?: string) =>
      (await collectedFiles.list(tenantId, { limit: 9, ...(actionRunId && { actionRunId }) })).map(({ id }) => id)
    expect(await ids()).toEqual(['newer', 'older'])
    expect(await ids('run-1')).toEqual(['older'])
    expect(await collectedFiles.read(tenantId, 'others')).toBeUndefined()
    expect(await read(tenantId, 'others')).toHaveLength(0)
    expect(await collectedFiles.remove(tenantId, 'others')).toBe(false)
  })

  it('removes files one by one, and those that are too old', async () => {
    const tenantId = await tenant()
    const { collectedFiles } = store()
    for (const minute of [1, 2, 3]) {
      await collectedFiles.keep(sampleOf(tenantId, `f${minute}`, minute), parts(Buffer.from('x')))
    }
    expect(await collectedFiles.remove(tenantId, 'f3')).toBe(true)
    expect(await collectedFiles.remove(tenantId, 'f3')).toBe(false)
    expect(await collectedFiles.removeBefore(tenantId, at(2))).toBe(1)
    expect((await collectedFiles.list(tenantId, { limit: 9 })).map(({ id }) => id)).toEqual(['f2'])
  })

  it('has no key to seal anew that is sealed with the present one', async () => {
    const tenantId = await tenant()
    await store().collectedFiles.keep(sampleOf(tenantId, 'f1'), parts(Buffer.from('x')))
    expect(await store().collectedFiles.countStale()).toBe(0)
    expect(await store().collectedFiles.reseal()).toBe(0)
  })
}
