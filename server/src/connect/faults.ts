import { z } from 'zod'

import { AppError, type ErrorCode, type MicrosoftFault } from '#domain/errors.ts'

import { RESOURCE_TITLES } from './clouds.ts'
import type { MicrosoftReply, MicrosoftRequest } from './microsoft.ts'
import { redact } from './redact.ts'

/**
 * What Microsoft's replies mean when they are not what was asked for. Decided on status and code, never on text, as
 * Microsoft advises; the text goes to the reader word for word.
 */

const ApiError = z.object({ error: z.object({ code: z.string(), message: z.string().catch('') }) })
/** Exchange's admin API says the same to everything, and hides the reason, after an id and a .NET type: `id|type|reason`. */
const ExchangeError = z
  .object({
    error: z.object({
      code: z.string(),
      details: z.array(z.object({ message: z.string() })).optional(),
      innererror: z.object({ internalexception: z.object({ message: z.string() }).optional() }),
    }),
  })
  .transform(({ error: { code, details, innererror } }, context) => {
    const message = innererror.internalexception?.message ?? details?.[0]?.message.replace(/^[^|]*\|[^|]*\|/, '')
    if (message !== undefined) return { error: { code, message } }
    context.addIssue('It says no reason.')
    return z.NEVER
  })
/** Refusals before a request reaches the Management Activity service. */
const GatewayError = z
  .object({ Message: z.string() })
  .transform(({ Message }) => ({ error: { code: '', message: Message } }))
/** Defender for Cloud Apps. */
const DetailError = z
  .object({ detail: z.string() })
  .transform(({ detail }) => ({ error: { code: '', message: detail } }))
const ErrorBody = z.union([ExchangeError, ApiError, GatewayError, DetailError])

const LONGEST_TEXT = 2000

/** Microsoft's own code and text, or undefined when the body is not an error in its form. */
function microsoftFault(service: string, reply: MicrosoftReply, secret?: string): MicrosoftFault | undefined {
  const parsed = ErrorBody.safeParse(parseJson(reply.body))
  if (!parsed.success) return undefined
  const requestId = reply.headers['request-id'] ?? reply.headers['x-ms-request-id']
  return {
    service,
    status: reply.status,
    code: parsed.data.error.code,
    message: redact(parsed.data.error.message, secret).slice(0, LONGEST_TEXT),
    ...(requestId && { requestId }),
  }
}

/** Asked to slow down: the request was not carried out. Management Activity also says so with AF429 inside 403. */
export function isThrottled(reply: MicrosoftReply): boolean {
  if (reply.status === 429) return true
  if (reply.status === 503) return 'retry-after' in reply.headers
  return reply.status === 403 && microsoftFault('', reply)?.code === 'AF429'
}

/** A fault on Microsoft's side that passes; the request may have been carried out. */
export function isPassing(status: number): boolean {
  return status === 408 || status >= 500
}

/** A reply outside 2xx as an error for people. */
export function replyFault(request: MicrosoftRequest, reply: MicrosoftReply, secret?: string): AppError {
  const microsoft = microsoftFault(request.api, reply, secret)
  const title = RESOURCE_TITLES[request.api]
  const said = microsoft ? quote(microsoft) : `status ${reply.status} without a reason`
  const fault = (code: ErrorCode, why: string, fix: string, retry?: AppError['retry']): AppError =>
    new AppError({
      code,
      what: request.what,
      why,
      fix,
      ...(retry && { retry }),
      ...(microsoft && { microsoft }),
    })

  if (isThrottled(reply)) {
    return fault(
      'CONNECT_THROTTLED',
      `${title} asked to slow down and still did after several minutes of waiting (${said}).`,
      'Nothing needs doing: it is tried again later. If it stays so, another program uses up the budget of this tenant.',
      'backoff',
    )
  }
  // Where a directory role is missing, Exchange sends a run of zero bytes.
  if (!microsoft && !reply.body.every((byte) => byte === 0)) return unreadable(request, reply)
  if (isPassing(reply.status)) {
    return fault(
      'CONNECT_UNREACHABLE',
      `${title} answered with a fault of its own (${said}).`,
      'Try again later; https://admin.microsoft.com > Health > Service health tells of incidents.',
      'backoff',
    )
  }
  if (microsoft && /NonPremiumTenant/.test(microsoft.code)) {
    return fault(
      'CONNECT_REQUEST_REFUSED',
      `The tenant lacks the licence for this (${said}).`,
      `Assign ${request.license ?? 'Microsoft Entra ID P1 or P2'} in the Microsoft 365 admin center > Billing > Licenses, or leave this feature off.`,
    )
  }
  if (request.role && reply.status === 403) {
    return fault(
      'CONNECT_PERMISSION_MISSING',
      `The application may not do this: it has no directory role that allows it, such as ${request.role} (${said}).`,
      `In https://entra.microsoft.com open Roles and administrators > ${request.role} > Add assignments, and choose the application. It may take some minutes to work.`,
    )
  }
  if (reply.status === 403 || microsoft?.code === 'AF10001' || (request.role && reply.status === 401)) {
    const permission = request.permission ?? 'a permission that this request needs'
    return fault(
      'CONNECT_PERMISSION_MISSING',
      `The application may not do this: ${permission} of ${title} is missing or restricted (${said}).`,
      permissionFix(request.permission, title),
    )
  }
  if (reply.status === 401) {
    return fault(
      'CONNECT_TOKEN_REFUSED',
      `${title} refused a token that had just been issued (${said}).`,
      'Check that the application is enabled in the tenant, and that the clock of this machine is right.',
      'backoff',
    )
  }
  if (reply.status === 404) {
    return fault(
      'CONNECT_NOT_FOUND',
      `Microsoft does not know it (${said}).`,
      'Check that it still exists in this tenant; it may have been removed or moved in the meantime.',
    )
  }
  return fault('CONNECT_REQUEST_REFUSED', `${title} refused the request (${said}).`, request.advice ?? REPORT_FIX)
}

/** A reply outside 2xx of Azure's storage, which speaks XML, as an error for people. Its details may quote the link, and stay out. */
export function linkFault(what: string, origin: string, { status, body }: MicrosoftReply): AppError {
  const code = /<Code>(\w{1,100})<\/Code>/.exec(body.subarray(0, LONGEST_TEXT).toString('utf8'))?.[1]
  return new AppError({
    code: isPassing(status) ? 'CONNECT_UNREACHABLE' : 'CONNECT_REQUEST_REFUSED',
    what,
    why: `${new URL(origin).host} refused the link that Microsoft gave (${code ?? 'no code'}, status ${status}).`,
    fix: 'Try again: each time Microsoft gives a new link, which is good for half an hour. A proxy in between must let it through as it is.',
    ...(isPassing(status) && { retry: 'backoff' as const }),
  })
}

/** A reply whose body is not what the service's contract says. */
export function unreadable(request: MicrosoftRequest, reply: MicrosoftReply, problem?: string): AppError {
  const type = reply.headers['content-type'] ?? 'no content type'
  return new AppError({
    code: 'CONNECT_REPLY_UNREADABLE',
    what: request.what,
    why:
      problem ??
      `The answer is not JSON of the expected form (status ${reply.status}, ${type}, ${reply.body.length} bytes).`,
    fix: 'Check whether a proxy or a filter between this machine and Microsoft answers in its place.',
    retry: 'backoff',
  })
}

/** How to grant `permission`, in the words of the pages where it is done. */
export function permissionFix(permission: string | undefined, resource: string): string {
  const grant = permission ? `add the application permission ${permission} of ${resource}` : 'add what is missing'
  return `In https://entra.microsoft.com open App registrations > the application > API permissions, ${grant}, and choose "Grant admin consent".`
}

export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

const REPORT_FIX = 'Report this with the code and the request ID: Cordon should not have asked in this way.'

function quote({ code, message, status }: MicrosoftFault): string {
  return [code || `status ${status}`, message].filter(Boolean).join(': ')
}
