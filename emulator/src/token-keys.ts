import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyObject } from 'node:crypto'

import { SignJWT, exportJWK, jwtVerify } from 'jose'
import type { JWK, JWTPayload } from 'jose'

/** Signs and reads access tokens with a key kept in the data folder, so that a restart leaves tokens valid. */
export class TokenKeys {
  readonly #private: KeyObject
  readonly #public: KeyObject
  readonly #id: string
  /**
   * Signature checks cost a tenth of a millisecond, and a client sends the same token thousands of times. Kept by the end
   * of the signature, since hashing a whole token costs more than comparing it once.
   */
  readonly #verified = new Map<string, { token: string; payload: JWTPayload }>()

  constructor(folder: string) {
    const file = join(folder, 'login.key')
    if (!existsSync(file)) {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    }
    this.#private = createPrivateKey(readFileSync(file))
    this.#public = createPublicKey(this.#private)
    this.#id = createHash('sha1')
      .update(this.#public.export({ type: 'spki', format: 'der' }))
      .digest('base64url')
  }

  async sign(claims: JWTPayload): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', x5t: this.#id, kid: this.#id })
      .sign(this.#private)
  }

  /** Claims of a token of ours, whatever its lifetime; undefined if it is none. */
  async read(token: string): Promise<JWTPayload | undefined> {
    const end = token.slice(-40)
    const known = this.#verified.get(end)
    if (known?.token === token) return known.payload
    try {
      // A fixed moment: whether the token is expired is for the service to say, in its own words.
      const { payload } = await jwtVerify(token, this.#public, {
        currentDate: new Date(0),
        algorithms: ['RS256'],
        clockTolerance: 1e12,
      })
      if (this.#verified.size > 1000) this.#verified.clear()
      this.#verified.set(end, { token, payload })
      return payload
    } catch {
      return undefined
    }
  }

  async jwks(issuer: string): Promise<{ keys: (JWK & { issuer: string })[] }> {
    const key = await exportJWK(this.#public)
    return { keys: [{ ...key, use: 'sig', alg: 'RS256', kid: this.#id, x5t: this.#id, issuer }] }
  }
}
