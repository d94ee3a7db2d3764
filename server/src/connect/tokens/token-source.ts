import { z } from 'zod'

import type { Cloud } from '#connect/clouds.ts'
import { parseJson } from '#connect/faults.ts'
import { sendPatiently, type Patience } from '#connect/patience.ts'
import type { Clock } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Credential } from '#domain/tenant.ts'

import { proof } from './client-proof.ts'
import { tokenFault, unreadableToken } from './token-faults.ts'

/** An application's proof to one API. `roles` are read from it, not verified: only the API can do that. */
export interface Token {
  value: string
  /** Consented app roles; baked in when it was issued. Undefined when the token cannot be read. */
  roles: string[] | undefined
  /** Milliseconds since the epoch, as are `issuedAt`'s. */
  expiresAt: number
  issuedAt: number
}

/** Tokens per audience, kept until shortly before they expire. One request at a time is made for each. */
export interface TokenSource {
  get(audience: string): Promise<Token>
  /** A newer token than `than`, for instance after a 401; a new one whatever is kept when `than` is absent. */
  renew(audience: string, than?: Token): Promise<Token>
}

export interface Application {
  tenantId: TenantId
  clientId: string
  credential: Credential
  cloud: Cloud
}

const TokenReply = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() })
const Claims = z.object({ roles: z.array(z.string()).default([]) })

/** Renewed this long before its end, or after nine tenths of a short life. */
const RENEWED_BEFORE_MS = 5 * 60_000

/**
 * Client-credential tokens straight from Entra's v2 endpoint. Nothing but `cloud.login` is called.
 *
 * @throws AppError CONNECT_SECRET_WRONG, CONNECT_SECRET_EXPIRED, CONNECT_CERTIFICATE_REFUSED,
 *   CONNECT_CERTIFICATE_UNREADABLE, CONNECT_APPLICATION_UNKNOWN, CONNECT_TENANT_UNKNOWN, CONNECT_TOKEN_REFUSED,
 *   CONNECT_THROTTLED, CONNECT_UNREACHABLE, CONNECT_REPLY_UNREADABLE from both methods.
 */
export function createTokenSource(application: Application, patience: Patience): TokenSource {
  const { clock } = patience
  const kept = new Map<string, Token>()
  const asking = new Map<string, Promise<Token>>()

  function ask(audience: string): Promise<Token> {
    const running = asking.get(audience)
    if (running) return running
    const request = requestToken(application, audience, patience)
      .then((token) => {
        kept.set(audience, token)
        return token
      })
      .finally(() => asking.delete(audience))
    asking.set(audience, request)
    return request
  }

  return {
    async get(audience) {
      const token = kept.get(audience)
      return token && isFresh(token, clock) ? token : ask(audience)
    },
    async renew(audience, than) {
      const token = kept.get(audience)
      return token && than && token !== than && isFresh(token, clock) ? token : ask(audience)
    },
  }
}

function isFresh(token: Token, clock: Clock): boolean {
  const life = token.expiresAt - token.issuedAt
  return clock.now() < token.expiresAt - Math.min(RENEWED_BEFORE_MS, life / 10)
}

async function requestToken(application: Application, audience: string, patience: Patience): Promise<Token> {
  const { tenantId, clientId, credential, cloud } = application
  const what = `Could not sign in to tenant ${tenantId} as application ${clientId} for ${audience}.`
  const path = `/${tenantId}/oauth2/v2.0/token`
  const { clock } = patience
  const reply = await sendPatiently(patience, {
    scope: { name: 'entra', places: 4 },
    signal: undefined,
    repeatable: true,
    call: async () => ({
      what,
      method: 'POST',
      origin: cloud.login,
      path,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({
        client_id: clientId,
        scope: `${audience}/.default`,
        grant_type: 'client_credentials',
        ...proof(credential, clientId, `${cloud.login}${path}`, clock),
      }).toString(),
    }),
  })
  const secret = credential.kind === 'secret' ? credential.secret : undefined
  if (reply.status !== 200) throw tokenFault(what, reply, secret)
  const parsed = TokenReply.safeParse(parseJson(reply.body))
  if (!parsed.success) throw unreadableToken(what, reply)
  const issuedAt = clock.now()
  const value = parsed.data.access_token
  return { value, issuedAt, expiresAt: issuedAt + parsed.data.expires_in * 1000, roles: readRoles(value) }
}

function readRoles(token: string): string[] | undefined {
  const claims = Claims.safeParse(parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url')))
  return claims.success ? claims.data.roles : undefined
}
