import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { writeNewFile } from './write-new-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordon-write-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('writes everything into a file that its owner alone may read', async () => {
  const file = join(folder, 'hits.csv')
  expect(await writeNewFile(file, async () => Readable.from([Buffer.from('a,'), Buffer.from('b')]))).toBe(3)
  expect(await readFile(file, 'utf8')).toBe('a,b')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('leaves nothing of what broke off', async () => {
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('half')
      throw new Error('The server went away.')
    })(),
  )
  await expect(writeNewFile(join(folder, 'hits.csv'), async () => broken)).rejects.toThrow('The server went away.')
  expect(await readdir(folder)).toEqual([])
})

it('overwrites nothing, and asks for nothing then', async () => {
  const file = join(folder, 'hits.csv')
  await writeFile(file, 'mine')
  const ask = vi.fn(async () => Readable.from([]))
  await expect(writeNewFile(file, ask)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  expect(ask).not.toHaveBeenCalled()
  expect(await readFile(file, 'utf8')).toBe('mine')
})

it('says why a file cannot be written', async () => {
  const nowhere = writeNewFile(join(folder, 'missing', 'hits.csv'), async () => Readable.from([Buffer.from('a')]))
  await expect(nowhere).rejects.toMatchObject({ code: 'REQUEST_INVALID', why: expect.stringContaining('ENOENT') })
})
