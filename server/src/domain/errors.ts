/**
 * Errors for people. The same error prints in the command line, becomes `application/problem+json` and a banner.
 * Outcomes of records and of targets are data, not errors (see outcome.ts, action-run.ts).
 */

/** Every code with its meaning: STAGE_NOUN_STATE. `docs/reference/errors.md` is generated from this list. */
export const ERROR_CODES = {
  CONFIG_VALUE_INVALID: 'A setting has a value that cannot be used.',
  APP_PORT_TAKEN: 'The address to listen on is in use by another program.',
  APP_UNREACHABLE: 'No Cordon server answers at the address.',
  APP_DATA_IN_USE: 'Another process holds the data folder.',
  APP_DATA_UNWRITABLE: 'The data folder cannot be written: no space, or no right.',
  CONNECT_SECRET_WRONG: 'Entra refused the client secret.',
  CONNECT_SECRET_EXPIRED: 'The client secret has expired.',
  CONNECT_PASSWORD_WRONG: 'Exchange refused the user name or the password.',
  CONNECT_CERTIFICATE_REFUSED: 'Entra refused the certificate.',
  CONNECT_CERTIFICATE_UNREADABLE: 'The certificate or its private key cannot be read or do not belong together.',
  CONNECT_APPLICATION_UNKNOWN: 'The application is not known in this tenant.',
  CONNECT_TENANT_UNKNOWN: 'Entra does not know the tenant.',
  CONNECT_TENANT_INVALID: 'The directory (tenant) ID is not a GUID.',
  FEED_OPTIONS_INVALID: 'Settings of a feed are not what it takes.',
  CONNECT_ADDRESS_REFUSED: 'An address given for a service is not one of Microsoft’s.',
  CONNECT_SUBSCRIPTION_MISSING: 'A feed of Azure has no subscription to read.',
  FEED_CHECK_FAILED: 'Microsoft refuses a feed as it is set up, so it was not saved.',
  CONNECT_CLOUD_UNKNOWN: 'No cloud has this name.',
  CONNECT_TOKEN_REFUSED: 'Entra refused to issue a token for another reason.',
  CONNECT_PERMISSION_MISSING: 'The application lacks a permission.',
  CONNECT_NOT_FOUND: 'Microsoft does not know the object.',
  CONNECT_REQUEST_REFUSED: 'Microsoft refused the request.',
  CONNECT_THROTTLED: 'Microsoft asked to slow down and did not recover within the time allowed.',
  CONNECT_MAILBOX_UNAUTHORIZED: 'The connection is not authorized for the domain of a mailbox.',
  CONNECT_UNREACHABLE: 'The service did not answer.',
  CONNECT_FILE_TOO_LARGE: 'A file on a device is longer than Cordon keeps.',
  CONNECT_REPLY_UNREADABLE: 'The service answered with something that is not its contract.',
  TENANT_NOT_FOUND: 'There is no such tenant.',
  CONNECTION_NOT_FOUND: 'There is no such connection.',
  CONNECTION_USE_WRONG: 'The connection is for something else than it was to be used for.',
  IMPORT_FILE_UNREADABLE: 'A file cannot be opened or read.',
  IMPORT_FORMAT_UNKNOWN: 'A file holds audit records in no format that is read, or stops doing so.',
  IMPORT_FILE_TRUNCATED: 'A file ends in the middle of a record.',
  IMPORT_INTERRUPTED: 'An import was stopped before its end.',
  DATASET_NAME_UNKNOWN: 'No normalizer has this name.',
  COLLECT_LEASE_LOST: 'Another process has taken over a feed that this one was reading.',
  STORE_UNREACHABLE: 'The store did not answer.',
  STORE_KEY_UNREADABLE: 'The key file that seals credentials cannot be read or made.',
  STORE_KEY_WRONG: 'A credential does not open with this key file.',
  STORE_KEY_NOT_RENEWED: 'There is no new key to seal credentials with.',
  STORE_REQUEST_REFUSED: 'The store refused a statement.',
  QUERY_SYNTAX_INVALID: 'A search query cannot be parsed.',
  QUERY_TOO_LARGE: 'A search asks for more than a search may.',
  RULE_FILE_INVALID: 'A rule file has problems.',
  RULE_NOT_FOUND: 'The tenant has no such rule.',
  LIST_NOT_FOUND: 'The tenant has no such list.',
  LIST_NAME_TAKEN: 'The tenant has a list of that name.',
  LIST_FULL: 'A list does not hold so many values.',
  RULE_HISTORY_LARGE: 'A correlation is about more stored events than are looked at together.',
  RULE_HISTORY_SHORT: 'Events are not kept as long as a correlation looks back.',
  RULE_STATE_WRONG: 'The rule is not in a state that allows this.',
  ALERT_NOT_FOUND: 'There is no such alert.',
  ALERT_STATE_WRONG: 'The alert is not in a state that allows this.',
  USER_NOT_FOUND: 'There is no such user.',
  INVESTIGATION_NOT_FOUND: 'There is no such investigation.',
  INVESTIGATION_FILTER_MISSING: 'An investigation without a filter would match every message.',
  INVESTIGATION_TARGET_UNKNOWN: 'A group or department to search is not known to the tenant.',
  INVESTIGATION_STATE_WRONG: 'The investigation is not in a state that allows this.',
  HIT_NOT_FOUND: 'The investigation has no such hit.',
  COLLECTED_FILE_NOT_FOUND: 'The tenant has no such file from a device.',
  EVIDENCE_TOO_LARGE: 'More messages than one archive holds.',
  ENTITY_NOT_FOUND: 'Microsoft has no such user, device or application.',
  ACTION_RUN_NOT_FOUND: 'There is no such action run.',
  ACTION_STATE_WRONG: 'The action run is not in a state that allows this.',
  ACTION_CONFIRMATION_WRONG: 'The number confirmed is not the number planned.',
  ACTION_APPROVAL_MISSING: 'The action run needs the approval of somebody else than its planner.',
  ACTION_APPROVER_SAME: 'Whoever planned an action run cannot approve it.',
  ACTION_LINK_WRONG: 'The link to approve a plan by is not whole, is for another plan, or has run out.',
  ACTION_PLAN_CHANGED: 'The plan is not what it was when the link to approve it by was made.',
  ACTION_PLAN_EXPIRED: 'The plan is too old to be approved or carried out.',
  ACTION_ACTING_STOPPED: 'Somebody has stopped all acting.',
  ACTION_STOP_WRONG: 'Acting is stopped already, or is not stopped.',
  ACTION_SHADOW_ONLY: 'The tenant lets this action run as shadow only.',
  ACTION_NOT_OFFERED: 'The action cannot be carried out through this connection.',
  ACTION_NOT_REVERSIBLE: 'Microsoft offers no way back from this action.',
  INTAKE_KEY_NOT_FOUND: 'There is no such intake key.',
  INTAKE_BODY_UNREADABLE: 'What was pushed cannot be read as records.',
  DESTINATION_NOT_FOUND: 'There is no such destination.',
  DESTINATION_OPTIONS_INVALID: 'Settings of a destination are not what it takes.',
  FORWARD_UNREACHABLE: 'A destination did not answer, or broke off.',
  FORWARD_TLS_UNTRUSTED: 'A destination identified itself with a certificate that is not trusted.',
  FORWARD_CREDENTIAL_REFUSED: 'A destination refused the secret.',
  FORWARD_REDIRECTED: 'A destination named another address; none is followed.',
  FORWARD_BUSY: 'A destination asked to slow down.',
  FORWARD_REFUSED: 'A destination refused to take anything.',
  FORWARD_REPLY_UNREADABLE: 'A destination answered with something that is not its contract.',
  EVENT_NOT_FOUND: 'There is no such event.',
  FIELD_NOT_FOUND: 'The field has no column that could be taken away.',
  SEARCH_NOT_FOUND: 'There is no such saved search.',
  SEARCH_NAME_TAKEN: 'The tenant has a saved search of this name.',
  AUTH_CREDENTIALS_WRONG: 'User name or password is wrong.',
  AUTH_SESSION_MISSING: 'The request carries no valid session or token.',
  AUTH_RIGHT_MISSING: 'The role does not include this right.',
  AUTH_TOKEN_NOT_FOUND: 'There is no such API token.',
  AUTH_SESSION_NOT_FOUND: 'There is no such session.',
  AUTH_INTAKE_KEY_REFUSED: 'The request carries no valid intake key.',
  AUTH_ORIGIN_REFUSED: 'The request came from another site.',
  AUTH_RATE_LIMITED: 'Too many attempts to sign in.',
  AUTH_PASSWORDS_OFF: 'Nobody signs in with a password of Cordon here.',
  AUTH_SIGN_ON_OFF: 'Single sign-on is not set up, or not for this directory.',
  AUTH_SIGN_ON_REFUSED: 'Microsoft did not sign somebody in.',
  AUTH_SIGN_ON_INVALID: 'An answer to a sign-in was not asked for, or cannot be believed.',
  AUTH_SIGN_ON_ROLE_MISSING: 'Entra gives somebody no role of Cordon.',
  AUTH_USER_DISABLED: 'Somebody may not sign in any more.',
  USER_IDENTITY_ELSEWHERE: 'Roles and password of somebody are kept elsewhere.',
  USER_NAME_TAKEN: 'Another user has this name.',
  USER_LAST_ADMINISTRATOR: 'Nobody else administers the installation.',
  REQUEST_INVALID: 'The request is not what the route accepts.',
  REQUEST_TOO_LARGE: 'The body of the request is larger than any request needs to be.',
  REQUEST_ROUTE_UNKNOWN: 'There is no such route.',
  INTERNAL_FAULT: 'A fault of Cordon itself.',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** What Microsoft said, word for word: people search for these and support asks for them. */
export interface MicrosoftFault {
  /** `entra`, `graph`, `management-activity`, `exchange-web-services`. */
  service: string
  status: number
  /** `AADSTS7000215`, `Authorization_RequestDenied`, `AF20024`. */
  code: string
  message: string
  requestId?: string
}

export interface AppErrorParts {
  code: ErrorCode
  /** What could not be done: "Could not read the mailbox ana@contoso.example." */
  what: string
  /** Why, in the words of a colleague. */
  why: string
  /** What to do: names a command, a page, a permission or a setting. */
  fix: string
  /** Whether trying again can help: never, with back-off, or after a time Microsoft named. */
  retry?: 'never' | 'backoff' | { afterMs: number }
  microsoft?: MicrosoftFault
  /** The character of the input that the error is about, counted from 1; one behind its end where it ends too soon. */
  position?: number
  /** How many characters are meant; one when absent. */
  length?: number
  /** What may stand there instead. */
  allowed?: string
  /** Every fault of a form that was handed in, each at its place: `where.conditions[2]`. */
  problems?: FormProblem[]
  cause?: unknown
}

export interface FormProblem {
  path: string
  message: string
}

export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly what: string
  readonly why: string
  readonly fix: string
  readonly retry: 'never' | 'backoff' | { afterMs: number }
  readonly microsoft: MicrosoftFault | undefined
  readonly position: number | undefined
  readonly length: number | undefined
  readonly allowed: string | undefined
  readonly problems: readonly FormProblem[] | undefined

  constructor(parts: AppErrorParts) {
    super(`${parts.what} ${parts.why}`, parts.cause === undefined ? undefined : { cause: parts.cause })
    this.code = parts.code
    this.what = parts.what
    this.why = parts.why
    this.fix = parts.fix
    this.retry = parts.retry ?? 'never'
    this.microsoft = parts.microsoft
    this.position = parts.position
    this.length = parts.length
    this.allowed = parts.allowed
    this.problems = parts.problems
  }
}

/** `error` as an {@link AppError}; anything that is not one becomes INTERNAL_FAULT with the original as cause. */
export function toAppError(error: unknown, what: string): AppError {
  if (error instanceof AppError) return error
  return new AppError({
    code: 'INTERNAL_FAULT',
    what,
    why: error instanceof Error ? error.message : String(error),
    fix: 'Run `npx cordon doctor`; if it finds nothing, report this with the log line that carries the same code.',
    cause: error,
  })
}

/** Why something ended badly, for its row in a table: why, what to do, and Microsoft's code where it said one. */
export function reasonOf(error: unknown): string {
  const { why, fix, microsoft } = toAppError(error, '')
  const text = `${why} ${fix}`
  return microsoft === undefined || text.includes(microsoft.code) ? text : `${text} (${microsoft.code})`
}
