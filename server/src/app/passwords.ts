import { createHash, randomBytes } from 'node:crypto'

import { hash, verify } from '@node-rs/argon2'

/** OWASP's recommendation for argon2id (Password Storage Cheat Sheet, read 2026-09): 19 MiB, two passes, one lane. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** The password as an argon2id string, salted. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, ARGON2ID)
}

/** Verified in place of a user who does not exist, so that the time of a refusal tells nothing. */
let absent: Promise<string> | undefined

/** True when `password` belongs to `passwordHash`; takes the same time when there is no hash to compare with. */
export async function passwordMatches(password: string, passwordHash: string | undefined): Promise<boolean> {
  absent ??= hashPassword(randomToken())
  const matches = await verify(passwordHash ?? (await absent), password)
  return matches && passwordHash !== undefined
}

/** 256 bits that nobody can guess, as text that fits into a header. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What the store keeps of a token: whoever reads the store cannot sign in with it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** A password for a person to type once: 20 letters and digits, about 100 bits, in groups of five, none easily confused. */
export function makeUpPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  // 248 is the largest multiple of 31 in a byte; larger bytes would favor the first letters.
  const fair = [...randomBytes(200)].filter((byte) => byte < 248).slice(0, 20)
  const text = fair.map((byte) => letters[byte % letters.length]).join('')
  return text.replaceAll(/.{5}(?=.)/g, '$&-')
}
