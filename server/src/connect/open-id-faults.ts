import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client'
import { ZodError } from 'zod'

import { AppError } from '#domain/errors.ts'
import type { Credential } from '#domain/tenant.ts'

import { redact } from './redact.ts'
import { tokenFault } from './tokens/token-faults.ts'

const LONGEST_TEXT = 1000
const AGAIN = 'Go back to the sign-in page and begin again.'

/** What to do about the credential of the application, which stands in the settings here and in no connection. */
const CREDENTIAL_FIXES: Record<string, string> = {
  CONNECT_SECRET_WRONG:
    'An administrator sets CORDON_SIGN_ON_SECRET to the Value of a client secret of the application.',
  CONNECT_SECRET_EXPIRED:
    'An administrator makes a new client secret in Entra and sets CORDON_SIGN_ON_SECRET to its Value.',
  CONNECT_CERTIFICATE_REFUSED:
    'An administrator uploads the certificate in CORDON_SIGN_ON_CERTIFICATE_FILE to the application.',
  CONNECT_APPLICATION_UNKNOWN:
    'An administrator sets CORDON_SIGN_ON_CLIENT_ID and CORDON_SIGN_ON_TENANTS as Entra shows them.',
}

/**
 * What went wrong with a sign-in, as an error for people. Tokens and codes are in none.
 *
 * AUTH_SIGN_ON_REFUSED is Entra's no, AUTH_SIGN_ON_INVALID an answer that was not asked for or cannot be believed; CONNECT_* are
 * of the way to Entra and of the application's own credential.
 */
export function signInFault(what: string, error: unknown, credential: Credential): AppError {
  const own = appErrorIn(error)
  if (own) return own
  if (error instanceof AuthorizationResponseError) return refused(what, error)
  if (error instanceof ResponseBodyError) return tokenRefused(what, error, credential)
  if (error instanceof ZodError) return invalid(what, `Claims of the ID token are missing: ${pathsOf(error)}.`, error)
  if (error instanceof ClientError) return invalid(what, sentencesOf(error), error)
  throw error
}

/** The library wraps what our own transport throws. */
function appErrorIn(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  return error instanceof Error && error.cause !== undefined ? appErrorIn(error.cause) : undefined
}

/** Entra sent the browser back with an error: somebody declined, or may not. */
function refused(what: string, { error, error_description: text = '' }: AuthorizationResponseError): AppError {
  const message = redact(text).slice(0, LONGEST_TEXT)
  const code = /AADSTS\d+/.exec(message)?.[0] ?? error.slice(0, 100)
  return new AppError({
    code: 'AUTH_SIGN_ON_REFUSED',
    what,
    why: 'Microsoft did not sign you in.',
    fix: `${AGAIN} If it happens again, show Microsoft’s code to whoever administers the directory.`,
    microsoft: { service: 'entra', status: 302, code, message },
  })
}

function tokenRefused(what: string, { status, cause }: ResponseBodyError, credential: Credential): AppError {
  const reply = { status, headers: {}, body: Buffer.from(JSON.stringify(cause)) }
  const fault = tokenFault(what, reply, credential.kind === 'secret' ? credential.secret : undefined)
  const { code, why, retry, microsoft } = fault
  const rest = { what, retry, ...(microsoft && { microsoft }) }
  const fix = CREDENTIAL_FIXES[code]
  if (fix !== undefined) return new AppError({ code, why, fix, ...rest })
  if (code !== 'CONNECT_TOKEN_REFUSED') return fault
  return new AppError({
    code: 'AUTH_SIGN_ON_REFUSED',
    why: 'Microsoft did not confirm the sign-in.',
    fix: AGAIN,
    ...rest,
  })
}

function invalid(what: string, why: string, cause: unknown): AppError {
  return new AppError({ code: 'AUTH_SIGN_ON_INVALID', what, why, fix: AGAIN, cause })
}

/** The library says the kind of fault, and its cause which. */
function sentencesOf(error: Error): string {
  const causes = error.cause instanceof Error && error.cause.message !== error.message ? [error.cause.message] : []
  return redact(`What came back cannot be believed: ${[error.message, ...causes].join(': ')}.`).slice(0, LONGEST_TEXT)
}

function pathsOf(error: ZodError): string {
  return [...new Set(error.issues.map(({ path }) => path.join('.')))].join(', ')
}
