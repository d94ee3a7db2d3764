import type { Problem } from '@cordon/api'
import type { z } from 'zod'

import { AppError, type ErrorCode, type FormProblem } from '#domain/errors.ts'

/**
 * Errors on the wire: `application/problem+json` (RFC 9457) with the three sentences. The one place that knows which code
 * answers with which status.
 */
const STATUS: Partial<Record<ErrorCode, number>> = {
  TENANT_NOT_FOUND: 404,
  CONNECTION_NOT_FOUND: 404,
  EVENT_NOT_FOUND: 404,
  FIELD_NOT_FOUND: 404,
  SEARCH_NOT_FOUND: 404,
  SEARCH_NAME_TAKEN: 409,
  ALERT_NOT_FOUND: 404,
  RULE_NOT_FOUND: 404,
  RULE_FILE_INVALID: 422,
  LIST_NOT_FOUND: 404,
  LIST_NAME_TAKEN: 409,
  LIST_FULL: 422,
  USER_NOT_FOUND: 404,
  ALERT_STATE_WRONG: 409,
  RULE_STATE_WRONG: 409,
  INVESTIGATION_NOT_FOUND: 404,
  HIT_NOT_FOUND: 404,
  ENTITY_NOT_FOUND: 404,
  ACTION_RUN_NOT_FOUND: 404,
  COLLECTED_FILE_NOT_FOUND: 404,
  AUTH_TOKEN_NOT_FOUND: 404,
  AUTH_SESSION_NOT_FOUND: 404,
  INTAKE_KEY_NOT_FOUND: 404,
  DESTINATION_NOT_FOUND: 404,
  DESTINATION_OPTIONS_INVALID: 422,
  REQUEST_ROUTE_UNKNOWN: 404,
  REQUEST_INVALID: 400,
  REQUEST_TOO_LARGE: 413,
  INTAKE_BODY_UNREADABLE: 400,
  DATASET_NAME_UNKNOWN: 422,
  QUERY_SYNTAX_INVALID: 400,
  QUERY_TOO_LARGE: 422,
  AUTH_CREDENTIALS_WRONG: 401,
  AUTH_SESSION_MISSING: 401,
  AUTH_INTAKE_KEY_REFUSED: 401,
  AUTH_RIGHT_MISSING: 403,
  AUTH_ORIGIN_REFUSED: 403,
  AUTH_RATE_LIMITED: 429,
  AUTH_PASSWORDS_OFF: 403,
  AUTH_SIGN_ON_OFF: 404,
  AUTH_SIGN_ON_REFUSED: 403,
  AUTH_SIGN_ON_INVALID: 403,
  AUTH_SIGN_ON_ROLE_MISSING: 403,
  AUTH_USER_DISABLED: 403,
  USER_IDENTITY_ELSEWHERE: 409,
  USER_NAME_TAKEN: 409,
  USER_LAST_ADMINISTRATOR: 409,
  INVESTIGATION_FILTER_MISSING: 422,
  EVIDENCE_TOO_LARGE: 422,
  INVESTIGATION_STATE_WRONG: 409,
  INVESTIGATION_TARGET_UNKNOWN: 422,
  ACTION_STATE_WRONG: 409,
  ACTION_CONFIRMATION_WRONG: 409,
  ACTION_APPROVAL_MISSING: 409,
  ACTION_APPROVER_SAME: 403,
  ACTION_LINK_WRONG: 403,
  ACTION_PLAN_CHANGED: 409,
  ACTION_PLAN_EXPIRED: 409,
  ACTION_ACTING_STOPPED: 409,
  ACTION_STOP_WRONG: 409,
  ACTION_SHADOW_ONLY: 409,
  ACTION_NOT_OFFERED: 422,
  CONNECTION_USE_WRONG: 422,
  ACTION_NOT_REVERSIBLE: 409,
  CONNECT_MAILBOX_UNAUTHORIZED: 403,
  CONNECT_TENANT_INVALID: 422,
  CONNECT_CLOUD_UNKNOWN: 422,
  CONNECT_CERTIFICATE_UNREADABLE: 422,
  CONNECT_ADDRESS_REFUSED: 422,
  FEED_OPTIONS_INVALID: 422,
  FEED_CHECK_FAILED: 422,
  STORE_KEY_NOT_RENEWED: 409,
  STORE_UNREACHABLE: 503,
}

/** The status an error answers with: 502 for what Microsoft refused, 500 for what nobody expected. */
export function statusOf(error: AppError): number {
  return STATUS[error.code] ?? (error.code.startsWith('CONNECT_') ? 502 : 500)
}

/** An error as the body of a reply. */
export function toProblem(error: AppError): Problem {
  const problems = problemsOf(error)
  return {
    type: `/docs/errors#${error.code}`,
    title: error.what,
    status: statusOf(error),
    code: error.code,
    why: error.why,
    fix: error.fix,
    ...(error.microsoft && { microsoft: error.microsoft }),
    ...(problems && { problems }),
  }
}

/** A request that a route's schemas refuse, with every fault in every part of it. */
export class RequestInvalid extends AppError {
  constructor(problems: FormProblem[]) {
    super({
      code: 'REQUEST_INVALID',
      what: 'The request was not understood.',
      why: problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '),
      fix: 'Correct what is named; `/api/openapi.json` describes every route.',
      problems,
    })
  }
}

/** The issues of one part of a request (`query`, `body`), each with its path in it. */
export function issuesOf(error: z.ZodError, part: string): FormProblem[] {
  return error.issues.map(({ path, message }) => ({ path: [part, ...path.map(String)].join('.'), message }))
}

/** The faults a form or a query field can point at. */
function problemsOf(error: AppError): Problem['problems'] | undefined {
  if (error.problems) return [...error.problems]
  if (error.code !== 'QUERY_SYNTAX_INVALID') return undefined
  const { position, length, allowed } = error
  return [
    {
      path: 'query.query',
      message: error.why,
      ...(position !== undefined && { position }),
      ...(length !== undefined && { length }),
      ...(allowed !== undefined && { allowed }),
    },
  ]
}
