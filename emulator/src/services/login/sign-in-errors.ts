import { fail } from './errors.ts'

/** What can go wrong where a person signs in, and with what came of it. */

export const unsupportedResponse = (type: string) =>
  fail(
    70_016,
    'unsupported_response_type',
    `OAuth2 Authorization Endpoint does not support the response type '${type}'.`,
  )

/** As for a new registration, where implicit grants are off. */
export const implicitOff = (type: 'id_token' | 'token') =>
  fail(
    type === 'token' ? 700_051 : 700_054,
    'unsupported_response_type',
    `response_type '${type}' is not enabled for the application.`,
  )

export const badResponseMode = (mode: string) =>
  fail(70_007, 'invalid_request', `'${mode}' is not a supported value of 'response_mode' when requesting a token.`)

export const badChallenge = () => fail(501_491, 'invalid_request', 'Invalid size of Code_Challenge parameter.')

export const badParameter = (name: string, value: string) =>
  fail(90_023, 'invalid_request', `The value '${value}' of the parameter '${name}' is not supported.`)

export const badUserScope = (scope: string) =>
  fail(
    70_011,
    'invalid_scope',
    `The provided request must include a 'scope' input parameter. The provided value '${scope}' is not valid.`,
  )

export const nobodySignedIn = () =>
  fail(50_058, 'login_required', 'A silent sign-in request was sent but no user is signed in.')

export const notConsented = (id: string, name: string) =>
  fail(
    65_001,
    'invalid_grant',
    `The user or administrator has not consented to use the application with ID '${id}' named '${name}'. Send an interactive authorization request for this user and resource.`,
  )

export const declined = () => fail(65_004, 'access_denied', 'User declined to consent to access the app.')

export const unknownUser = (name: string, directory: string) =>
  fail(
    50_034,
    'access_denied',
    `The user account ${name} does not exist in the ${directory} directory. To sign into this application, the account must be added to the directory.`,
  )

export const disabledUser = () => fail(50_057, 'access_denied', 'The user account is disabled.')

export const wrongPassword = () =>
  fail(50_126, 'access_denied', 'Error validating credentials due to invalid username or password.')

const badGrant = (number: number, text: string) => fail(number, 'invalid_grant', text)

export const malformedGrant = () => badGrant(9_002_313, 'Invalid request. Request is malformed or invalid.')

export const foreignGrant = () => badGrant(70_000, 'Provided grant is invalid or malformed.')

export const otherTenant = () =>
  badGrant(700_005, 'Provided Authorization Code is intended to use against other tenant, thus rejected.')

export const expiredCode = () =>
  badGrant(
    70_008,
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  )

export const redeemedCode = () =>
  badGrant(
    54_005,
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  )

export const otherRedirect = (given: string, wanted: string) =>
  badGrant(
    500_112,
    `The reply address '${given}' does not match the reply address '${wanted}' provided when requesting Authorization code.`,
  )

export const wrongVerifier = () =>
  badGrant(501_481, 'The Code_Verifier does not match the code_challenge supplied in the authorization request.')

export const inactiveRefreshToken = () => badGrant(700_082, 'The refresh token has expired due to inactivity.')

export const disabledGrant = () => badGrant(50_057, 'The user account is disabled.')

export const revokedGrant = () =>
  badGrant(
    50_173,
    'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
  )
