import { z } from 'zod'

import { isPassing, isThrottled, parseJson } from '#connect/faults.ts'
import type { MicrosoftReply } from '#connect/microsoft.ts'
import { redact } from '#connect/redact.ts'
import { AppError, type ErrorCode, type MicrosoftFault } from '#domain/errors.ts'

/** Entra's refusal to issue a token. Codes: Microsoft's "Entra authentication error codes". */
const EntraError = z.object({
  error: z.string(),
  error_description: z.string().catch(''),
  error_codes: z.array(z.number()).catch([]),
  trace_id: z.string().optional(),
})

const SECRETS_PAGE = 'https://entra.microsoft.com > App registrations > the application > Certificates & secrets'

interface Meaning {
  code: ErrorCode
  why: string
  fix: string
}

const TENANT_UNKNOWN: Meaning = {
  code: 'CONNECT_TENANT_UNKNOWN',
  why: 'Entra does not know this directory (tenant) ID in this cloud.',
  fix: 'Copy the directory (tenant) ID from https://entra.microsoft.com > Overview, and check which cloud the tenant is in.',
}

const MEANINGS: Record<string, Meaning> = {
  AADSTS7000215: {
    code: 'CONNECT_SECRET_WRONG',
    why: 'The client secret is not one of this application; often its ID was copied instead of its value.',
    fix: `Make a new client secret in ${SECRETS_PAGE}, copy its Value at once, and give it to this connection.`,
  },
  AADSTS7000222: {
    code: 'CONNECT_SECRET_EXPIRED',
    why: 'The client secret has expired.',
    fix: `Make a new client secret in ${SECRETS_PAGE}, and give its Value to this connection.`,
  },
  AADSTS700027: {
    code: 'CONNECT_CERTIFICATE_REFUSED',
    why: 'The certificate is not registered on the application, or its registration has expired.',
    fix: `Upload the certificate of this connection in ${SECRETS_PAGE} > Certificates.`,
  },
  AADSTS700016: {
    code: 'CONNECT_APPLICATION_UNKNOWN',
    why: 'There is no application with this client ID in the tenant.',
    fix: 'Copy the application (client) ID from https://entra.microsoft.com > App registrations > the application > Overview.',
  },
  AADSTS7000229: {
    code: 'CONNECT_APPLICATION_UNKNOWN',
    why: 'The application has no service principal in the tenant.',
    fix: 'Grant admin consent for the application once: that makes its service principal.',
  },
  AADSTS90002: TENANT_UNKNOWN,
  AADSTS900023: TENANT_UNKNOWN,
}

const OTHER: Meaning = {
  code: 'CONNECT_TOKEN_REFUSED',
  why: 'Entra refused to issue a token.',
  fix: 'Look the code up at https://login.microsoftonline.com/error, and see the sign-in log of the service principal in Entra.',
}

/** Entra's reply outside 2xx as an error for people. `what` is what the token was for. */
export function tokenFault(what: string, reply: MicrosoftReply, secret: string | undefined): AppError {
  const parsed = EntraError.safeParse(parseJson(reply.body))
  if (!parsed.success) return unreadableToken(what, reply)
  const { error, error_description: text, error_codes: codes, trace_id: requestId } = parsed.data
  const microsoft: MicrosoftFault = {
    service: 'entra',
    status: reply.status,
    code: codes[0] === undefined ? (/AADSTS\d+/.exec(text)?.[0] ?? error) : `AADSTS${codes[0]}`,
    message: redact(text, secret),
    ...(requestId && { requestId }),
  }
  if (isThrottled(reply) || isPassing(reply.status)) {
    return new AppError({
      code: isThrottled(reply) ? 'CONNECT_THROTTLED' : 'CONNECT_UNREACHABLE',
      what,
      why: `Entra could not issue a token at this time (${microsoft.code}: ${microsoft.message}).`,
      fix: 'Nothing needs doing: it is tried again later.',
      retry: 'backoff',
      microsoft,
    })
  }
  const { code, why, fix } = MEANINGS[microsoft.code] ?? OTHER
  return new AppError({ code, what, why: `${why} Microsoft: ${microsoft.message || microsoft.code}`, fix, microsoft })
}

/** A reply of the token endpoint that holds neither a token nor an error. */
export function unreadableToken(what: string, reply: MicrosoftReply): AppError {
  const type = reply.headers['content-type'] ?? 'no content type'
  return new AppError({
    code: 'CONNECT_REPLY_UNREADABLE',
    what,
    why: `The token endpoint answered with something else than a token or an error (status ${reply.status}, ${type}).`,
    fix: 'Check whether a proxy or a filter between this machine and Entra answers in its place.',
    retry: 'backoff',
  })
}
