import { AppError, type ErrorCode, type MicrosoftFault } from '#domain/errors.ts'

import type { MicrosoftReply } from '#connect/microsoft.ts'
import { redact } from '#connect/redact.ts'

import type { EwsFault, SoapAnswer } from './soap.ts'

/**
 * What the answers of EWS mean when they are not what was asked for. Decided on the response code, never on its text; both go
 * to the reader word for word.
 *
 * @see https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode
 */

/** Asked to slow down: it was not carried out. */
const BUSY: ReadonlySet<string> = new Set(['ErrorServerBusy', 'ErrorExceededConnectionCount'])

/** It passes. */
const PASSING: ReadonlySet<string> = new Set([
  'ErrorConnectionFailed',
  'ErrorInternalServerError',
  'ErrorInternalServerTransientError',
  'ErrorMailboxFailover',
  'ErrorMailboxMoveInProgress',
  'ErrorMailboxStoreUnavailable',
  'ErrorTimeoutExpired',
])

const MEANINGS: Readonly<Record<string, ErrorCode>> = {
  ErrorAccessDenied: 'CONNECT_PERMISSION_MISSING',
  ErrorImpersonateUserDenied: 'CONNECT_PERMISSION_MISSING',
  ErrorImpersonationDenied: 'CONNECT_PERMISSION_MISSING',
  ErrorFolderNotFound: 'CONNECT_NOT_FOUND',
  ErrorImpersonationFailed: 'CONNECT_NOT_FOUND',
  ErrorItemNotFound: 'CONNECT_NOT_FOUND',
  ErrorNonExistentMailbox: 'CONNECT_NOT_FOUND',
}

/**
 * The reply with the status that HTTP has for what SOAP says inside, so that waiting and trying again need no second rule: EWS
 * answers 500 for every fault, a wrong address and a busy server alike.
 */
export function asHttp(reply: MicrosoftReply, answer: SoapAnswer | undefined): MicrosoftReply {
  if (!answer) return reply
  const faults = answer.kind === 'fault' ? [answer.fault] : answer.messages.flatMap(({ fault }) => fault ?? [])
  const busy = faults.find(({ code }) => BUSY.has(code))
  if (busy) {
    const headers = busy.backOffMs === undefined ? {} : { 'retry-after': String(busy.backOffMs / 1000) }
    return { ...reply, status: 429, headers }
  }
  if (faults.some(({ code }) => PASSING.has(code))) return { ...reply, status: 503, headers: {} }
  return { ...reply, status: answer.kind === 'fault' ? 400 : 200 }
}

/** Who asked whom, and for what. */
export interface EwsAsker {
  /** First sentence of the error. */
  what: string
  host: string
  user: string
  password: string
}

/** What EWS said as an error for people. `status`: the one of HTTP. */
export function ewsFault(
  { what, host, user, password }: EwsAsker,
  { code, message }: EwsFault,
  status = 200,
): AppError {
  const text = redact(message, password)
  const microsoft: MicrosoftFault = { service: 'exchange-web-services', status, code, message: text }
  const said = [code, text].filter(Boolean).join(': ')
  const fault = (as: ErrorCode, why: string, fix: string, retry?: 'backoff') =>
    new AppError({ code: as, what, why: `${why} (${said}).`, fix, microsoft, ...(retry && { retry }) })

  if (BUSY.has(code)) {
    return fault(
      'CONNECT_THROTTLED',
      `${host} asked to slow down and still did after several minutes of waiting`,
      `Nothing needs doing: it is tried again later. If it stays so, give ${user} a throttling policy of its own (New-ThrottlingPolicy, Set-ThrottlingPolicyAssociation).`,
      'backoff',
    )
  }
  if (PASSING.has(code)) {
    const fix = 'Try again later; Test-ServiceHealth in the Exchange Management Shell tells what is not running.'
    return fault('CONNECT_UNREACHABLE', `${host} answered with a fault of its own`, fix, 'backoff')
  }
  switch (MEANINGS[code]) {
    case 'CONNECT_PERMISSION_MISSING':
      return fault(
        'CONNECT_PERMISSION_MISSING',
        `${user} may not act as the owner of this mailbox: the role ApplicationImpersonation is missing, or its scope leaves the mailbox out`,
        `In the Exchange Management Shell: New-ManagementRoleAssignment -Name Cordon -Role ApplicationImpersonation -User ${user}`,
      )
    case 'CONNECT_NOT_FOUND':
      return fault(
        'CONNECT_NOT_FOUND',
        `${host} does not know it`,
        'Check that it still exists on this server and that the address is the primary one of its mailbox; a mailbox in Exchange Online is searched through Microsoft 365.',
      )
    default:
      return fault(
        'CONNECT_REQUEST_REFUSED',
        `${host} refused the request`,
        'Report this with the code: Cordon should not have asked in this way.',
      )
  }
}

/** An answer that does not come from EWS. */
export function notEws({ what, host, user }: EwsAsker, { status, headers, body }: MicrosoftReply, problem: string) {
  const offered = headers['www-authenticate'] ?? ''
  if (status === 401) {
    return /\bbasic\b/i.test(offered)
      ? new AppError({
          code: 'CONNECT_PASSWORD_WRONG',
          what,
          why: `${host} refused the name ${user} or its password (status 401).`,
          fix: 'Check both, as DOMAIN\\name or name@domain; an account that is locked or has to change its password is refused in the same way.',
        })
      : new AppError({
          code: 'CONNECT_REQUEST_REFUSED',
          what,
          why: `${host} does not offer Basic authentication (it offers: ${offered || 'nothing'}).`,
          fix: 'In the Exchange Management Shell: Get-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -BasicAuthentication $true',
        })
  }
  if (status === 429 || status >= 500) {
    return new AppError({
      code: 'CONNECT_UNREACHABLE',
      what,
      why: `${host} does not answer as Exchange Web Services at the moment (status ${status}).`,
      fix: 'Try again later; Test-ServiceHealth in the Exchange Management Shell tells what is not running.',
      retry: 'backoff',
    })
  }
  return new AppError({
    code: 'CONNECT_REPLY_UNREADABLE',
    what,
    why: `The answer of ${host} is none of Exchange Web Services: ${problem} (status ${status}, ${headers['content-type'] ?? 'no content type'}, ${body.length} bytes).`,
    fix: 'Check the address of the connection, https://<server>/EWS/Exchange.asmx, and whether a proxy or a filter answers in its place.',
    retry: 'backoff',
  })
}
