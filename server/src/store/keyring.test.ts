import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { loadOrCreateKey, openFileKeyring, readKeyring } from './keyring.ts'
import { createSeal } from './seal.ts'

const KEY = Buffer.alloc(32, 1)

describe('the key file', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cordon-key-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('is made once, for its owner alone, with nothing left beside it', () => {
    const path = join(folder, 'deeper/cordon.key')
    const key = loadOrCreateKey(path)
    expect(key).toHaveLength(32)
    expect(loadOrCreateKey(path)).toEqual(key)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(folder, 'deeper'))).toEqual(['cordon.key'])
  })

  it('is refused when it is short, when everybody may read it, or when it is a folder', () => {
    const path = join(folder, 'cordon.key')
    writeFileSync(path, 'short', { mode: 0o600 })
    expect(() => loadOrCreateKey(path)).toThrow('5 bytes instead of 32')
    writeFileSync(path, KEY)
    chmodSync(path, 0o644)
    expect(() => loadOrCreateKey(path)).toThrow('Every user of this machine')
    expect(() => loadOrCreateKey(folder)).toThrow('EISDIR')
  })

  it('cannot be made below a file', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(() => loadOrCreateKey(join(folder, 'file/cordon.key'))).toThrow('ENOTDIR')
  })

  it('is renewed under the hands of another process, which opens what is old and seals with the new key', () => {
    const path = join(folder, 'cordon.key')
    const mine = openFileKeyring(path)
    const others = createSeal(openFileKeyring(path))
    const old = others.close('a secret', ['a'])
    const kept = mine.renew()
    expect(statSync(kept).mode & 0o777).toBe(0o600)
    expect(others.isCurrent(old)).toBe(false)
    const sealed = others.close('a secret', ['a'])
    expect(others.isCurrent(sealed)).toBe(true)
    const fresh = createSeal(openFileKeyring(path))
    expect([fresh.open(old, ['a']), fresh.open(sealed, ['a']), others.open(sealed, ['a'])]).toEqual(
      Array.from({ length: 3 }, () => 'a secret'),
    )
    expect(readdirSync(folder)).toHaveLength(3)
  })

  it('keeps every key that anything was sealed with, also where two renew at one moment', async () => {
    const path = join(folder, 'cordon.key')
    openFileKeyring(path)
    const program = `
      import { openFileKeyring } from ${JSON.stringify(join(import.meta.dirname, 'keyring.ts'))}
      import { createSeal } from ${JSON.stringify(join(import.meta.dirname, 'seal.ts'))}
      const keys = openFileKeyring(process.argv[1])
      const seal = createSeal(keys)
      for (let i = 0; i < 40; i++) {
        keys.renew()
        console.log(seal.close('a secret', ['a']).toString('base64'))
      }`
    const run = promisify(execFile)
    const sealed = await Promise.all(
      [1, 2].map(() => run(process.execPath, ['--input-type=module', '--eval', program, '--', path])),
    )
    const seal = createSeal(openFileKeyring(path))
    const opened = sealed.flatMap(({ stdout }) =>
      stdout
        .trim()
        .split('\n')
        .map((line) => seal.open(Buffer.from(line, 'base64'), ['a'])),
    )
    expect(opened).toEqual(Array.from({ length: 80 }, () => 'a secret'))
    expect(readdirSync(folder).filter((name) => name.endsWith('.draft'))).toEqual([])
  })
})

describe('keys in the environment', () => {
  it('open what the one before sealed, while it is named', () => {
    const [before, now] = [KEY.toString('base64'), Buffer.alloc(32, 2).toString('base64')]
    const sealed = createSeal(readKeyring(before)).close('a secret', [])
    expect(createSeal(readKeyring(now, before)).open(sealed, [])).toBe('a secret')
    expect(() => createSeal(readKeyring(now)).open(sealed, [])).toThrow('sealed with another key')
  })

  it('are refused when they are no 32 bytes, and not shown', () => {
    expect(() => readKeyring('c2hvcnQ=')).toThrow('5 bytes in base64 instead of 32')
    expect(() => readKeyring('c2hvcnQ=')).not.toThrow('c2hvcnQ')
  })
})
