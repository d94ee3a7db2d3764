import { createHash, randomUUID } from 'node:crypto'

import { protocolNow } from '#clock.ts'
import type { TokenKeys } from '#token-keys.ts'

import { expiredCode, inactiveRefreshToken, malformedGrant, redeemedCode } from './sign-in-errors.ts'

/** What a person has allowed an application at the sign-in page: the content of authorization codes and refresh tokens. */
export interface Grant {
  tenantId: string
  clientId: string
  /** Object id of the person. */
  userId: string
  /** As asked for, space-separated. */
  scope: string
  /** When the person signed in: tenant time, milliseconds. */
  signedInAt: number
  redirectUri: string
  nonce?: string
  challenge?: { value: string; method: 'S256' | 'plain' }
}

/** Seconds. */
const CODE_LIFETIME = 600
const REFRESH_LIFETIME = 90 * 86_400
const CODE = 'urn:m365-emulator:code'
const REFRESH = 'urn:m365-emulator:refresh'

/** Authorization codes and refresh tokens. They hold their grant, signed; only what is used up has to be remembered. */
export class Grants {
  readonly #keys: TokenKeys
  readonly #redeemed = new Set<string>()

  constructor(keys: TokenKeys) {
    this.#keys = keys
  }

  code = (grant: Grant): Promise<string> => this.#issue(CODE, '1.', grant, CODE_LIFETIME)

  refreshToken = (grant: Grant): Promise<string> => this.#issue(REFRESH, '1.R.', grant, REFRESH_LIFETIME)

  /** What a code stands for: once. @throws LoginError 9002313, 70008, 54005. */
  async redeem(code: string): Promise<Grant> {
    const { grant, expiresAt } = await this.#read(CODE, '1.', code)
    if (expiresAt <= protocolNow()) throw expiredCode()
    const used = createHash('sha256').update(code).digest('base64')
    if (this.#redeemed.has(used)) throw redeemedCode()
    this.#redeemed.add(used)
    return grant
  }

  /** What a refresh token stands for. @throws LoginError 9002313, 700082. */
  async renew(refreshToken: string): Promise<Grant> {
    const { grant, expiresAt } = await this.#read(REFRESH, '1.R.', refreshToken)
    if (expiresAt <= protocolNow()) throw inactiveRefreshToken()
    return grant
  }

  async #issue(kind: string, prefix: string, grant: Grant, lifetime: number): Promise<string> {
    const exp = Math.floor(protocolNow() / 1000) + lifetime
    return prefix + (await this.#keys.sign({ aud: kind, exp, jti: randomUUID(), grant }))
  }

  async #read(kind: string, prefix: string, token: string): Promise<{ grant: Grant; expiresAt: number }> {
    const claims = token.startsWith(prefix) ? await this.#keys.read(token.slice(prefix.length)) : undefined
    if (claims?.aud !== kind) throw malformedGrant()
    return { grant: claims['grant'] as Grant, expiresAt: (claims.exp ?? 0) * 1000 }
  }
}
