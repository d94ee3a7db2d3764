import { randomUUID } from 'node:crypto'

import { auditDeed } from '#world/audit/audit-log.ts'
import { signIn as auditedSignIn } from '#world/audit/records/entra.ts'
import { signInTrace } from '#world/entra/sign-in-record.ts'
import { signIns } from '#world/entra/sign-ins.ts'
import { leave } from '#world/surface.ts'
import type { Application } from '#world/applications.ts'
import type { Cloud, Tenant } from '#cloud.ts'
import type { Reply, Request } from '#http/exchange.ts'
import type { TokenKeys } from '#token-keys.ts'

import { LoginError, describe, notMultiTenant } from './errors.ts'
import {
  badChallenge,
  badParameter,
  badResponseMode,
  declined,
  disabledUser,
  implicitOff,
  nobodySignedIn,
  unknownUser,
  unsupportedResponse,
  wrongPassword,
} from './sign-in-errors.ts'
import { escaped, page, redirect } from './pages.ts'
import { findAccount, passwordOf } from './account.ts'
import { findClient } from './application.ts'
import { once, required } from './form.ts'
import { readRedirectUri, withParameters } from './redirect-uri.ts'
import { readScopes } from './scopes.ts'
import { signInPage } from './sign-in-page.ts'
import { sessionOf, startSession } from './session.ts'
import type { Account } from './account.ts'
import type { Grant, Grants } from './grants.ts'

/**
 * The sign-in page for people: the authorization code flow of OpenID Connect, with PKCE. It lists some users to be signed in
 * as, and asks for a password only where the emulator was told to.
 */

/** A request that may be answered at its redirect address. */
interface Authorization {
  tenant: Tenant
  application: Application
  parameters: URLSearchParams
  redirectUri: string
  mode: string
}

/** @throws LoginError where the request cannot be answered at its redirect address: shown as a page. */
export async function authorize(
  cloud: Cloud,
  keys: TokenKeys,
  grants: Grants,
  request: Request,
  findTenant: (clientId: string) => Tenant,
): Promise<Reply> {
  const parameters = once(request.query.text)
  const filled = request.method === 'POST' ? once(request.body.toString('utf8')) : new URLSearchParams()
  // An authorization request may come as a form as well; the page's own form adds who signs in.
  for (const [name, value] of filled) if (!parameters.has(name)) parameters.set(name, value)
  const authorization = read(findTenant(required(parameters, 'client_id')), parameters)
  try {
    check(authorization)
    return await signIn(cloud, keys, grants, request, authorization)
  } catch (error) {
    if (error instanceof LoginError) return failed(authorization, error, request)
    throw error
  }
}

/** For `common` and `organizations`, which none of the applications here is made for. */
export function notForAnyTenant(tenants: readonly Tenant[], clientId: string): never {
  const application = findClient(tenants[0]!, clientId)
  throw notMultiTenant(application.clientId, application.name)
}

function read(tenant: Tenant, parameters: URLSearchParams): Authorization {
  const application = findClient(tenant, required(parameters, 'client_id'))
  const given = parameters.get('redirect_uri') ?? application.redirectUris?.[0]
  const redirectUri = readRedirectUri(application, given ?? required(parameters, 'redirect_uri'))
  const mode = parameters.get('response_mode') ?? 'query'
  return { tenant, application, parameters, redirectUri, mode: MODES.has(mode) ? mode : 'query' }
}

const MODES = new Set(['query', 'fragment', 'form_post'])
const PROMPTS = new Set(['none', 'login', 'select_account', 'consent', 'create'])

function check({ application, parameters }: Authorization): void {
  const type = required(parameters, 'response_type')
  const parts = new Set(type.split(' '))
  for (const part of ['token', 'id_token'] as const) if (parts.has(part)) throw implicitOff(part)
  if (type !== 'code') throw unsupportedResponse(type)
  const mode = parameters.get('response_mode')
  if (mode !== null && !MODES.has(mode)) throw badResponseMode(mode)
  const method = parameters.get('code_challenge_method')
  if (method !== null && method !== 'S256' && method !== 'plain') throw badParameter('code_challenge_method', method)
  const challenge = parameters.get('code_challenge')
  if (challenge !== null && !/^[\w.~-]{43,128}$/.test(challenge)) throw badChallenge()
  for (const prompt of parameters.get('prompt')?.split(' ') ?? [])
    if (!PROMPTS.has(prompt)) throw badParameter('prompt', prompt)
  readScopes(application, required(parameters, 'scope'))
}

async function signIn(
  cloud: Cloud,
  keys: TokenKeys,
  grants: Grants,
  request: Request,
  authorization: Authorization,
): Promise<Reply> {
  const { tenant, application, parameters } = authorization
  const [prompt, hint] = [parameters.get('prompt') ?? '', parameters.get('login_hint') ?? '']
  if (parameters.get('cancel') !== null) throw declined()
  const name = parameters.get('user')
  const again = (problem?: LoginError) =>
    signInPage({ tenant, application, request, passwords: cloud.passwords, name: name ?? hint, problem })
  if (request.method === 'POST' && name) {
    const account = findAccount(tenant, name.trim())
    if (!account) return again(unknownUser(name, tenant.world.name))
    if (!account.enabled) return again(disabledUser())
    if (cloud.passwords && parameters.get('password') !== passwordOf(tenant, account)) return again(wrongPassword())
    record(tenant, application, account)
    const cookie = await startSession(keys, tenant, account, request.origin)
    return succeeded(grants, authorization, account, { 'set-cookie': cookie })
  }
  const account = await sessionOf(keys, tenant, request)
  if (prompt === 'none' && !account) throw nobodySignedIn()
  if (account && (prompt === '' || prompt === 'none')) return succeeded(grants, authorization, account)
  return again()
}

/** An interactive sign-in, in both logs like any other. */
function record(tenant: Tenant, application: Application, { id }: Account): void {
  const person = tenant.world.directory.find(id)
  if (!person) return
  const event = {
    id: tenant.newId('sign-in'),
    at: tenant.now,
    person,
    ip: '127.0.0.1',
    userAgent: 'Mozilla/5.0',
    applicationId: application.clientId,
    sessionId: tenant.newId('session'),
  }
  tenant.leave(leave(signIns, signInTrace(tenant.world, event)))
  tenant.leave(auditDeed('Audit.AzureActiveDirectory', event.at, auditedSignIn(tenant.world, event)))
}

async function succeeded(
  grants: Grants,
  authorization: Authorization,
  account: Account,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const { tenant, application, parameters, redirectUri } = authorization
  const [challenge, nonce] = [parameters.get('code_challenge'), parameters.get('nonce')]
  const method = parameters.get('code_challenge_method') === 'S256' ? 'S256' : 'plain'
  const grant: Grant = {
    tenantId: tenant.world.tenantId,
    clientId: application.clientId,
    userId: account.id,
    scope: required(parameters, 'scope'),
    signedInAt: tenant.now,
    redirectUri,
    ...(nonce === null ? {} : { nonce }),
    ...(challenge === null ? {} : { challenge: { value: challenge, method } }),
  }
  const code = await grants.code(grant)
  return sendBack(authorization, { code, session_state: randomUUID() }, headers)
}

function failed(authorization: Authorization, error: LoginError, request: Request): Reply {
  const { description } = describe(error, request.headers['client-request-id'])
  const word = error.number === 65_001 ? 'consent_required' : error.word
  return sendBack(authorization, { error: word, error_description: description })
}

/** The answer, at the redirect address: in its query or fragment, or as a form that a click sends. */
function sendBack(
  { redirectUri, parameters, mode }: Authorization,
  answer: Record<string, string>,
  headers: Record<string, string> = {},
): Reply {
  const all = { ...answer, state: parameters.get('state') ?? undefined }
  if (mode !== 'form_post')
    return redirect(withParameters(redirectUri, all, mode === 'fragment' ? 'fragment' : 'query'), headers)
  const fields = Object.entries(all).map(([name, value]) =>
    value === undefined ? '' : `<input type="hidden" name="${name}" value="${escaped(value)}">`,
  )
  // Sent by itself, as Entra does; the button is for browsers without script.
  const form = `<form method="post" action="${escaped(redirectUri)}">${fields.join('')}<button>Go on</button></form><script>document.forms[0].submit()</script>`
  const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'"
  return page(200, 'Working...', form, { ...headers, 'content-security-policy': policy })
}
