import { createCipheriv, createDecipheriv } from 'node:crypto'

import { sealWrong } from './seal.ts'

/**
 * Pieces of a file, sealed under a key that no other file has: AES-256-GCM with the piece's number as nonce, which is therefore never
 * used twice. A piece does not open at another's place.
 */
export const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** tag (16) · ciphertext */
export function sealPiece(key: Buffer, number: number, plain: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number))
  const text = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([cipher.getAuthTag(), text])
}

/** @throws AppError STORE_KEY_WRONG for another key, another place or changed bytes. */
export function openPiece(key: Buffer, number: number, sealed: Buffer): Buffer {
  const tag = sealed.subarray(0, TAG_BYTES)
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number), { authTagLength: TAG_BYTES })
    decipher.setAuthTag(tag)
    return Buffer.concat([decipher.update(sealed.subarray(TAG_BYTES)), decipher.final()])
  } catch {
    throw sealWrong('The stored bytes of a file were changed, or belong to another file.')
  }
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES)
  nonce.writeUInt32BE(number, NONCE_BYTES - 4)
  return nonce
}
