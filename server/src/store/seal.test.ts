import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { createSeal, loadOrCreateKey } from './seal.ts'

const KEY = Buffer.alloc(32, 1)

describe('a seal', () => {
  it('opens what it closed, for the same context alone', () => {
    const seal = createSeal(KEY)
    const context = fc.array(fc.string(), { maxLength: 3 })
    fc.assert(
      fc.property(fc.string(), context, context, (plain, mine, other) => {
        const sealed = seal.close(plain, mine)
        expect(seal.open(sealed, mine)).toBe(plain)
        fc.pre(JSON.stringify(mine) !== JSON.stringify(other))
        expect(() => seal.open(sealed, other)).toThrow('belong to another tenant or connection')
      }),
    )
  })

  it('refuses a value of which any one bit was changed', () => {
    const seal = createSeal(KEY)
    const sealed = seal.close('a secret', ['tenant', 'connection'])
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => seal.open(changed, ['tenant', 'connection'])).toThrow('Could not open the credential')
    }
  })

  it('says that another key sealed it, and shows nothing of it', () => {
    const sealed = createSeal(KEY).close('a secret', [])
    const other = createSeal(Buffer.alloc(32, 2))
    expect(() => other.open(sealed, [])).toThrow('sealed with another key')
    expect(sealed.includes('a secret')).toBe(false)
  })

  it('never seals the same text to the same bytes', () => {
    const seal = createSeal(KEY)
    expect(seal.close('a secret', [])).not.toEqual(seal.close('a secret', []))
  })

  it('refuses bytes that are no sealed value', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(9), createSeal(KEY).close('x', []).subarray(0, 20)]) {
      expect(() => createSeal(KEY).open(bytes, [])).toThrow('Could not open the credential')
    }
  })
})

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
})
