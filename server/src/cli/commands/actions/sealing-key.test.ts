import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { openSecret, sealSecret } from '#domain/sealed-secret.ts'

import { withSealingKey } from './sealing-key.ts'

describe('a key of a plan', () => {
  let folder: string
  let file: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cordon-key-'))
    file = join(folder, 'key.pem')
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('is in a file that only its owner may read, and opens what is sealed to the setting', async () => {
    const sealed = await withSealingKey(file, async ({ sealTo }) => sealSecret(sealTo!, 'secret'))
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(openSecret(await readFile(file, 'utf8'), sealed)).toBe('secret')
  })

  it('goes again where nothing was planned', async () => {
    const refused = withSealingKey(file, () => Promise.reject(new Error('Refused.')))
    await expect(refused).rejects.toThrow('Refused.')
    expect(await readdir(folder)).toEqual([])
  })

  it('never takes the place of another', async () => {
    await withSealingKey(file, async () => undefined)
    const before = await readFile(file, 'utf8')
    await expect(withSealingKey(file, async () => undefined)).rejects.toThrow('already')
    expect(await readFile(file, 'utf8')).toBe(before)
  })

  it('is none without a file', async () => {
    expect(await withSealingKey(undefined, async (settings) => settings)).toEqual({})
  })
})
