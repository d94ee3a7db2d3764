import * as openid from 'openid-client'
import { z } from 'zod'

import type { Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Credential } from '#domain/tenant.ts'

import type { Cloud } from './clouds.ts'
import { signInFault } from './open-id-faults.ts'
import { proof } from './tokens/client-proof.ts'
import { createTransport } from './transport.ts'

/**
 * People signing in at Entra: the authorization code flow of OpenID Connect with PKCE, state and nonce. The protocol is that of
 * openid-client; what is ours is where requests may go, that every ID token's signature is checked, and what counts in it.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
export interface OpenId {
  /** Where to send a browser so that somebody signs in to the directory, and what to keep until the answer comes. */
  begin(directory: TenantId): Promise<{ location: URL; pending: PendingSignIn }>
  /** Whom the answer at the redirect address is for. Access tokens are let go: nothing is asked in anybody's name. */
  finish(directory: TenantId, answer: URL, pending: PendingSignIn): Promise<SignedIn>
  close(): Promise<void>
}

/** Known to the browser that began and to nobody else. */
export const PendingSignIn = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() })
export type PendingSignIn = z.infer<typeof PendingSignIn>

/** What Entra says of somebody. */
export interface SignedIn {
  issuer: string
  /** For good, within the directory; names and addresses are given to others. */
  objectId: string
  name: string
  /** Values of the app roles that they have, directly or through a group. */
  roles: string[]
}

/** The application registration that people sign in to. */
export interface SignInApplication {
  cloud: Cloud
  clientId: string
  credential: Credential
  /** Registered as a redirect URI of the platform "Web". */
  redirectUri: string
}

/** Claims of an ID token of version 2.0 that count here; whatever else is in it does not. */
const Claims = z.object({
  iss: z.string(),
  tid: z.string(),
  oid: z.guid(),
  preferred_username: z.string().trim().min(1).max(200),
  roles: z.array(z.string()).default([]),
})

/** Seconds by which Entra's clock and ours may differ. */
const TOLERANCE = 300
const KEPT_MS = 3_600_000
const LONGEST_REPLY_BYTES = 1024 * 1024

/**
 * The sign-in of `application` in any directory of its cloud. Nothing but `cloud.login` is called.
 *
 * @throws AppError AUTH_SIGN_ON_REFUSED, AUTH_SIGN_ON_INVALID, CONNECT_* from both methods.
 */
export function createOpenId(application: SignInApplication, clock: Clock): OpenId {
  const { cloud, clientId, credential, redirectUri } = application
  const transport = createTransport(cloud.ca, LONGEST_REPLY_BYTES)
  const kept = new Map<TenantId, { metadata: openid.ServerMetadata; at: number }>()
  const what = 'Could not sign in with Microsoft.'

  const fetch: openid.CustomFetch = async (address, { method, headers, body, signal }) => {
    const { origin, pathname, search } = new URL(address)
    if (origin !== cloud.login) throw strangeAddress(what, origin)
    const exchange = await transport.exchange({
      what,
      method: method === 'POST' ? 'POST' : 'GET',
      origin,
      path: `${pathname}${search}`,
      headers,
      ...(body != null && { body: String(body) }),
      signal,
    })
    if ('error' in exchange) throw exchange.error
    const { status, headers: received, body: bytes } = exchange.reply
    return new Response(bytes.length === 0 ? null : Uint8Array.from(bytes), { status, headers: received })
  }

  const client = () => ({
    // Tokens of any other algorithm are refused, and so are those that nobody signed.
    id_token_signed_response_alg: 'RS256',
    [openid.clockTolerance]: TOLERANCE,
    [openid.clockSkew]: Math.round((clock.now() - Date.now()) / 1000),
  })

  const authenticate: openid.ClientAuth = ({ token_endpoint: endpoint }, _client, body) => {
    body.set('client_id', clientId)
    for (const [name, value] of Object.entries(proof(credential, clientId, endpoint ?? '', clock)))
      body.set(name, value)
  }

  /** With keys of its own: those of the directory are read anew at every sign-in, so that a new one is known at once. */
  async function configure(directory: TenantId): Promise<openid.Configuration> {
    const known = kept.get(directory)
    const metadata =
      known && clock.now() - known.at < KEPT_MS
        ? known.metadata
        : (
            await openid.discovery(new URL(`${cloud.login}/${directory}/v2.0`), clientId, undefined, undefined, {
              [openid.customFetch]: fetch,
            })
          ).serverMetadata()
    if (metadata !== known?.metadata) kept.set(directory, { metadata, at: clock.now() })
    const configuration = new openid.Configuration(metadata, clientId, client(), authenticate)
    configuration[openid.customFetch] = fetch
    openid.enableNonRepudiationChecks(configuration)
    return configuration
  }

  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw signInFault(what, error, credential)
    }
  }

  return {
    begin: (directory) =>
      attempt(async () => {
        const configuration = await configure(directory)
        const pending = {
          state: openid.randomState(),
          nonce: openid.randomNonce(),
          verifier: openid.randomPKCECodeVerifier(),
        }
        const location = openid.buildAuthorizationUrl(configuration, {
          redirect_uri: redirectUri,
          response_mode: 'query',
          scope: 'openid profile',
          state: pending.state,
          nonce: pending.nonce,
          code_challenge: await openid.calculatePKCECodeChallenge(pending.verifier),
          code_challenge_method: 'S256',
        })
        if (location.origin !== cloud.login) throw strangeAddress(what, location.origin)
        return { location, pending }
      }),

    finish: (directory, answer, { state, nonce, verifier }) =>
      attempt(async () => {
        const tokens = await openid.authorizationCodeGrant(await configure(directory), answer, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        })
        const { iss, tid, oid, preferred_username: name, roles } = Claims.parse(tokens.claims())
        if (tid.toLowerCase() !== directory) throw otherDirectory(what, tid, directory)
        return { issuer: iss, objectId: oid.toLowerCase(), name, roles }
      }),

    close: () => transport.close(),
  }
}

function strangeAddress(what: string, origin: string): AppError {
  return new AppError({
    code: 'AUTH_SIGN_ON_INVALID',
    what,
    why: `The sign-in service named the address ${origin}, which is not its own.`,
    fix: 'Check CORDON_SIGN_ON_CLOUD, and whether a proxy answers in place of Entra.',
  })
}

function otherDirectory(what: string, found: string, wanted: string): AppError {
  return new AppError({
    code: 'AUTH_SIGN_ON_INVALID',
    what,
    why: `The ID token is of the directory ${found.slice(0, 100)}, not of ${wanted}.`,
    fix: 'Sign in with an account of the directory that the sign-in page names.',
  })
}
