import type { Reply } from '#http/exchange.ts'

/**
 * What Exchange's admin API answers when something is wrong. A command that cannot be started says "Invalid Operation" and
 * hides the reason in `innererror.internalexception`; one that failed says "Error executing cmdlet" and names the reason in
 * `details`, after an id and a .NET type. A command that the caller may not run, or that does not exist, is 403 with a body
 * of zero bytes.
 */
export class ExchangeError extends Error {
  readonly status: number
  readonly code: string
  /** .NET exception. */
  readonly type: string
  readonly kind: 'invocation' | 'cmdlet'
  /** False for the exceptions that Exchange leaves out of `details`. */
  readonly detailed: boolean

  constructor(
    kind: 'invocation' | 'cmdlet',
    type: string,
    message: string,
    { status = 400, code = 'BadRequest', detailed = true } = {},
  ) {
    super(message)
    this.kind = kind
    this.type = type
    this.status = status
    this.code = code
    this.detailed = detailed
  }
}

/** The caller may not run the command, or not with this parameter, or there is none of this name. */
export class Forbidden extends Error {}

/** A command of Exchange that is not built here. */
export class NotBuilt extends Error {}

const INVOCATION = 'Microsoft.Exchange.AdminApi.CommandInvocation'
const TASKS = 'Microsoft.Exchange.Configuration.Tasks'

export const unknownParameter = (names: readonly string[]) =>
  new ExchangeError(
    'invocation',
    `${INVOCATION}.AmbiguousParameterSetException`,
    `Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified. ${names.join(', ')}`,
  )

export const missingParameters = (names: readonly string[]) =>
  new ExchangeError(
    'invocation',
    `${INVOCATION}.ParameterBindingException`,
    `Cannot process command because of one or more missing mandatory parameters: ${names.join(' ')}.`,
  )

/** A value that is not of its parameter's type. */
export const badValue = (parameter: string, value: unknown, type: string, problem: string) =>
  new ExchangeError(
    'invocation',
    `${INVOCATION}.ParameterTransformationException`,
    `Cannot process argument transformation on parameter '${parameter}'. Cannot convert value "${show(value)}" to type "${type}". Error: "${problem}"`,
    { detailed: false },
  )

const show = (value: unknown): string =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null')).slice(0, 200)

export const notFound = (identity: string) =>
  new ExchangeError(
    'cmdlet',
    `${TASKS}.ManagementObjectNotFoundException`,
    `The operation couldn't be performed because object '${identity}' couldn't be found on 'EMUPR01A001.PROD.OUTLOOK.EXAMPLE'.`,
    { status: 404, code: 'NotFound' },
  )

/** A command understood but refused for a reason of its own. `type` is the last part of a .NET name, or all of it. */
export const refusedBecause = (message: string, type = `${TASKS}.TaskInvalidOperationException`) =>
  new ExchangeError('cmdlet', type, message)

/** Envelope problems: no JSON, no `CmdletInput`, `Parameters` that is null. */
export const badBody = (message: string) =>
  new ExchangeError('invocation', 'Microsoft.OData.ODataException', message, { detailed: false })

export const expiredPage = () =>
  new ExchangeError(
    'invocation',
    `${INVOCATION}.PaginationException`,
    'Expired or Invalid pagination request. Default Expiry time is 00:30:00',
    { detailed: false },
  )

/** What the service says where a caller asks too often: Exchange publishes no number and sends no `Retry-After`. */
export const throttledReply = (): Reply =>
  exchangeErrorReply(
    new ExchangeError(
      'cmdlet',
      'Microsoft.Exchange.Configuration.Authorization.OverBudgetException',
      "This operation has exceeded the throttling budget for policy part 'PowerShellMaxCmdlets'. Micro delay applied.",
      { status: 429, code: 'TooManyRequests' },
    ),
  )

/** A run of zero bytes, in place of an explanation. */
export const forbiddenReply = (): Reply => ({
  status: 403,
  headers: { 'content-type': 'application/octet-stream' },
  body: Buffer.alloc(4096),
})

const SERVICE_EXCEPTION = 'Microsoft.Exchange.Admin.OData.Core.ODataServiceException'
const ERROR_IDS: Readonly<Record<string, string>> = { ManagementObjectNotFoundException: 'Ex6F9304' }

export function exchangeErrorReply({ kind, type, status, code, message, detailed }: ExchangeError): Reply {
  const outer = kind === 'invocation' ? 'Invalid Operation' : 'Error executing cmdlet'
  const id = kind === 'invocation' ? '' : (ERROR_IDS[type.slice(type.lastIndexOf('.') + 1)] ?? '')
  return {
    status,
    body: {
      error: {
        code,
        message: outer,
        ...(detailed ? { details: [{ code: 'Client', target: '', message: `${id}|${type}|${message}` }] } : {}),
        innererror: {
          message: outer,
          type: SERVICE_EXCEPTION,
          stacktrace: '',
          ...(kind === 'invocation' ? { internalexception: { message, type, stacktrace: '' } } : {}),
        },
        'adminapi.warnings@odata.type': '#Collection(String)',
        '@adminapi.warnings': [],
      },
    },
  }
}
