import { randomUUID } from 'node:crypto'

import { protocolNow } from '#clock.ts'
import type { Reply } from '#http/exchange.ts'

/** An Entra error: AADSTS number, OAuth word, status and text. */
export class LoginError extends Error {
  readonly number: number
  readonly word: string
  readonly status: number

  constructor(number: number, word: string, status: number, text: string) {
    super(text)
    this.number = number
    this.word = word
    this.status = status
  }
}

/** Status by OAuth word: a bad client is 401, a bad request 400. */
export const fail = (number: number, word: string, text: string) =>
  new LoginError(number, word, word === 'invalid_client' ? 401 : 400, text)

export const missingParameter = (name: string) =>
  fail(900_144, 'invalid_request', `The request body must contain the following parameter: '${name}'.`)

export const duplicatedParameter = (name: string) =>
  fail(9_000_411, 'invalid_request', `The request is not properly formatted. The parameter '${name}' is duplicated.`)

export const onlyPost = (method: string) =>
  fail(900_561, 'invalid_request', `The endpoint only accepts POST requests. Received a ${method} request.`)

export const malformedClaims = () =>
  fail(9_002_313, 'invalid_request', 'Invalid request. Request is malformed or invalid.')

export const badTenantName = (tenant: string) =>
  fail(
    900_023,
    'invalid_request',
    `Specified tenant identifier '${tenant}' is neither a valid DNS name, nor a valid external domain.`,
  )

export const unknownTenant = (tenant: string) =>
  fail(
    90_002,
    'invalid_request',
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
  )

/** For `common` and `organizations` where no user will say which tenant is meant. */
export const noTenant = () =>
  fail(
    50_059,
    'invalid_request',
    'No tenant-identifying information found in either the request or implied by any provided credentials.',
  )

export const notMultiTenant = (id: string, name: string) =>
  fail(
    50_194,
    'unauthorized_client',
    `Application '${id}'(${name}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.`,
  )

export const invalidIdentifier = (id: string) =>
  fail(700_038, 'unauthorized_client', `${id} is not a valid application identifier.`)

export const disabledApplication = (id: string, name: string) =>
  fail(7_000_112, 'unauthorized_client', `Application '${id}'(${name}) is disabled.`)

export const missingPrincipal = (id: string, tenantId: string) =>
  fail(
    7_000_229,
    'invalid_client',
    `The client application ${id} is missing service principal in the tenant ${tenantId}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119`,
  )

export const unknownApplication = (id: string, tenant: string) =>
  fail(
    700_016,
    'unauthorized_client',
    `Application with identifier '${id}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  )

export const unsupportedGrant = (grant: string) =>
  fail(70_003, 'unsupported_grant_type', `The app requested an unsupported grant type '${grant}'.`)

export const missingCredential = () =>
  fail(
    7_000_218,
    'invalid_client',
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  )

export const publicClient = () =>
  fail(
    700_025,
    'invalid_client',
    "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  )

export const wrongSecret = (id: string) =>
  fail(
    7_000_215,
    'invalid_client',
    `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${id}'.`,
  )

export const expiredSecret = (id: string) =>
  fail(
    7_000_222,
    'invalid_client',
    `The provided client secret keys for app '${id}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`,
  )

export const badCertificate = (reason: string, thumbprint: string) =>
  fail(
    700_027,
    'invalid_client',
    `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - ${reason}, Thumbprint of key used by client: '${thumbprint}']`,
  )

export const assertionOutOfTime = () =>
  fail(700_024, 'invalid_client', 'Client assertion is not within its valid time range.')

export const badAssertion = (text: string) => fail(50_012, 'invalid_client', `Authentication failed. ${text}`)

export const wrongAssertionClaim = (number: 700_021 | 700_023, text: string) => fail(number, 'invalid_client', text)

export const badScope = (scope: string) =>
  fail(
    1_002_012,
    'invalid_scope',
    `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
  )

export const malformedScope = (scope: string) =>
  fail(
    70_011,
    'invalid_scope',
    `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`,
  )

export const unknownResource = (resource: string, tenant: string) =>
  fail(
    500_011,
    'invalid_resource',
    `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
  )

export const badRedirect = (uri: string, id: string) =>
  fail(
    50_011,
    'invalid_request',
    `The redirect URI '${uri}' specified in the request does not match the redirect URIs configured for the application '${id}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to troubleshoot this error.`,
  )

/** The error as text, in the newer form without line breaks, with what identifies this occurrence of it. */
export function describe(error: LoginError, correlationId: string = randomUUID()) {
  const timestamp = new Date(protocolNow()).toISOString().replace('T', ' ').replace(/\.\d+/, '')
  const traceId = randomUUID()
  const description = `AADSTS${error.number}: ${error.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`
  return { description, traceId, timestamp }
}

/** The error as Entra sends it. `error_uri` accompanies a wrong client only, as captured. */
export function loginReply(error: LoginError, correlationId: string = randomUUID()): Reply {
  const { description, traceId, timestamp } = describe(error, correlationId)
  return {
    status: error.status,
    headers: { 'cache-control': 'no-store, no-cache', pragma: 'no-cache', 'x-ms-request-id': traceId },
    body: {
      error: error.word,
      error_description: description,
      error_codes: [error.number],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      ...(error.word === 'invalid_client'
        ? { error_uri: `https://login.microsoftonline.com/error?code=${error.number}` }
        : {}),
    },
  }
}
