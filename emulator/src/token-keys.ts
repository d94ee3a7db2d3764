import { createHash, createHmac, createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyObject } from 'node:crypto'

import { SignJWT, decodeProtectedHeader, exportJWK, jwtVerify } from 'jose'
import type { JWK, JWTHeaderParameters, JWTPayload } from 'jose'

import { createClientCertificate } from '#http/certificates.ts'

/** How many keys are published: the one that signs, and those before it, so that tokens outlive a rotation or two. */
const PUBLISHED = 3
const FILE = 'login-keys.json'
const SECRET = 'shared-access.key'

interface Stored {
  certificate: string
  key: string
}

interface Key {
  private: KeyObject
  public: KeyObject
  certificate: X509Certificate
  /** SHA-1 thumbprint of the certificate, base64url: `kid` and `x5t`. */
  id: string
}

/** Signs and reads tokens with keys kept in the data folder, so that a restart leaves tokens valid. */
export class TokenKeys {
  readonly #file: string
  readonly #secret: Buffer
  /** Newest last; never empty. */
  #keys: readonly Key[]
  /**
   * Signature checks cost a tenth of a millisecond, and a client sends the same token thousands of times. Kept by the end
   * of the signature, since hashing a whole token costs more than comparing it once.
   */
  readonly #verified = new Map<string, { token: string; payload: JWTPayload }>()

  private constructor(folder: string, stored: readonly Stored[]) {
    this.#file = join(folder, FILE)
    this.#secret = secretOf(join(folder, SECRET))
    this.#keys = stored.map(keyOf)
  }

  /** The keys of a data folder; a first one is made where there is none. */
  static async open(folder: string): Promise<TokenKeys> {
    const file = join(folder, FILE)
    if (existsSync(file)) return new TokenKeys(folder, JSON.parse(readFileSync(file, 'utf8')) as Stored[])
    const keys = new TokenKeys(folder, [])
    await keys.rotate()
    return keys
  }

  /** From now on a new key signs. Tokens of the oldest published key are no longer believed. Gives the new key's id. */
  async rotate(): Promise<string> {
    const made = keyOf(await createClientCertificate('accounts.accesscontrol.windows.net'))
    this.#keys = [...this.#keys, made].slice(-PUBLISHED)
    this.#verified.clear()
    const stored = this.#keys.map((each): Stored => ({
      certificate: each.certificate.toString(),
      key: each.private.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }))
    writeFileSync(this.#file, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600 })
    return made.id
  }

  /** A shared key of this data folder: always the same one for a purpose, and not to be guessed from outside. */
  derive(purpose: string): Buffer {
    return createHmac('sha256', this.#secret).update(purpose).digest()
  }

  async sign(claims: JWTPayload): Promise<string> {
    return this.#sign(claims, {})
  }

  /**
   * A token that nobody but its audience can check, as Graph's are: the header that went into the signature has the hash of
   * `nonce` where the token shows `nonce` itself.
   */
  async signSealed(claims: JWTPayload): Promise<string> {
    const nonce = randomBytes(32).toString('base64url')
    const token = await this.#sign(claims, { nonce: hashed(nonce) })
    return withHeader(token, { ...decodeProtectedHeader(token), nonce })
  }

  async #sign(claims: JWTPayload, header: { nonce?: string }): Promise<string> {
    const key = this.#keys.at(-1)!
    return new SignJWT(claims)
      .setProtectedHeader({ typ: 'JWT', ...header, alg: 'RS256', x5t: key.id, kid: key.id } as JWTHeaderParameters)
      .sign(key.private)
  }

  /** Claims of a token of ours, whatever its lifetime; undefined if it is none. */
  async read(token: string): Promise<JWTPayload | undefined> {
    const end = token.slice(-40)
    const known = this.#verified.get(end)
    if (known?.token === token) return known.payload
    try {
      const header = decodeProtectedHeader(token) as { kid?: string; nonce?: string }
      const key = this.#keys.find(({ id }) => id === header.kid)
      if (!key) return undefined
      const signed = header.nonce === undefined ? token : withHeader(token, { ...header, nonce: hashed(header.nonce) })
      // A fixed moment: whether the token is expired is for the service to say, in its own words.
      const { payload } = await jwtVerify(signed, key.public, {
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
    const keys = this.#keys.toReversed().map(async (key) => ({
      ...(await exportJWK(key.public)),
      use: 'sig',
      kid: key.id,
      x5t: key.id,
      x5c: [key.certificate.raw.toString('base64')],
      issuer,
    }))
    return { keys: await Promise.all(keys) }
  }
}

function secretOf(file: string): Buffer {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600 })
  return Buffer.from(readFileSync(file, 'utf8'), 'base64')
}

function keyOf(stored: Stored): Key {
  const certificate = new X509Certificate(stored.certificate)
  return {
    private: createPrivateKey(stored.key),
    public: certificate.publicKey,
    certificate,
    id: createHash('sha1').update(certificate.raw).digest('base64url'),
  }
}

const hashed = (nonce: string) => createHash('sha256').update(nonce).digest('base64url')

const withHeader = (token: string, header: object) =>
  `${Buffer.from(JSON.stringify(header)).toString('base64url')}${token.slice(token.indexOf('.'))}`
