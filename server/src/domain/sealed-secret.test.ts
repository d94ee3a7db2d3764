import { generateKeyPairSync } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { createPassword, createSealingKey, isSealingKey, openSecret, sealSecret } from './sealed-secret.ts'

describe('a sealed secret', () => {
  const key = createSealingKey()

  it('is read with the private key alone, and shows nothing', () => {
    const secret = 'Correct-horse-9'
    const sealed = sealSecret(key.publicKey, secret)
    expect(openSecret(key.privateKey, sealed)).toBe(secret)
    expect(openSecret(createSealingKey().privateKey, sealed)).toBeUndefined()
    expect(Buffer.from(sealed, 'base64').includes(secret)).toBe(false)
    expect(sealSecret(key.publicKey, secret)).not.toBe(sealed)
  })

  it('takes an RSA key of fair length, and nothing else for a key', () => {
    const spki = (pair: { publicKey: { export(o: { type: 'spki'; format: 'der' }): Buffer } }) =>
      pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    expect(isSealingKey(key.publicKey)).toBe(true)
    expect(isSealingKey(spki(generateKeyPairSync('rsa', { modulusLength: 1024 })))).toBe(false)
    expect(isSealingKey(spki(generateKeyPairSync('ed25519')))).toBe(false)
    for (const text of ['', 'key', key.publicKey.slice(8), key.privateKey]) expect(isSealingKey(text)).toBe(false)
  })
})

it('a password has signs of four sorts, and is another each time', () => {
  const made = Array.from({ length: 200 }, createPassword)
  expect(new Set(made).size).toBe(200)
  for (const password of made) {
    expect(password).toHaveLength(20)
    for (const sort of [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/]) expect(password).toMatch(sort)
  }
})
