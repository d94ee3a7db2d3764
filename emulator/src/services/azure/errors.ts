import type { Reply } from '#http/exchange.ts'

/** An error of Azure Resource Manager: `{"error":{"code","message"}}`. */
export class AzureError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Record<string, string>

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

export const azureErrorReply = ({ status, code, message, headers }: AzureError): Reply => ({
  status,
  headers,
  body: { error: { code, message } },
})

export const badRequest = (message: string) => new AzureError(400, 'BadRequest', message)

export const missingVersion = () =>
  new AzureError(
    400,
    'MissingApiVersionParameter',
    'The api-version query parameter (?api-version=) is required for all requests.',
  )

/** For Resource Manager's own types. */
export const invalidVersion = (version: string, supported: readonly string[]) =>
  new AzureError(
    400,
    'InvalidApiVersionParameter',
    `The api-version '${version}' is invalid. The supported versions are '${supported.join(',')}'.`,
  )

/** For the types of a provider. */
export const invalidResourceVersion = (type: string, version: string, supported: readonly string[]) => {
  const [namespace, ...rest] = type.split('/')
  return new AzureError(
    400,
    'InvalidResourceType',
    `The resource type '${rest.join('/')}' could not be found in the namespace '${namespace}' for api version '${version}'. The supported api-versions are '${supported.join(',')}'.`,
  )
}

export const invalidSubscription = (id: string) =>
  new AzureError(400, 'InvalidSubscriptionId', `The provided subscription identifier '${id}' is malformed or invalid.`)

export const subscriptionNotFound = (id: string) =>
  new AzureError(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`)

export const groupNotFound = (name: string) =>
  new AzureError(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`)

export const resourceNotFound = (type: string, name: string, group: string) =>
  new AzureError(
    404,
    'ResourceNotFound',
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  )

/** A tenant's token at another tenant's subscription. */
export const wrongTenant = (issuer: string, owner: string) =>
  new AzureError(
    401,
    'InvalidAuthenticationTokenTenant',
    `The access token is from the wrong issuer 'https://sts.windows.net/${issuer}/'. It must match the tenant 'https://sts.windows.net/${owner}/' associated with this subscription. Please use the authority (URL) 'https://login.windows.net/${owner}' to get the token.`,
    challenge(owner),
  )

export const unauthorized = (code: string, message: string, tenant = 'common') =>
  new AzureError(401, code, message, challenge(tenant))

const challenge = (tenant: string) => ({
  'www-authenticate': `Bearer authorization_uri="https://login.windows.net/${tenant}", error="invalid_token", error_description="The authentication failed because of missing 'Authorization' header."`,
})

export const forbidden = (client: string, principal: string, action: string, scope: string) =>
  new AzureError(
    403,
    'AuthorizationFailed',
    `The client '${client}' with object id '${principal}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  )

export const throttled = (what: string, subscription: string, limit: number, seconds: number, retryAfter: number) =>
  new AzureError(
    429,
    'SubscriptionRequestsThrottled',
    `Number of ${what} requests for subscription '${subscription}' exceeded the limit of '${limit}' for time interval '${new Date(seconds * 1000).toISOString().slice(11, 19)}'. Please try again after '${retryAfter}' seconds.`,
    { 'Retry-After': String(retryAfter) },
  )

export const notImplemented = (what: string) =>
  new AzureError(501, 'NotImplemented', `m365-emulator does not implement ${what}.`)
