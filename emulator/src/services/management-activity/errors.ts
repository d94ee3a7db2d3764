import type { Reply } from '#http/exchange.ts'

/** An error of the Management Activity API. */
export class ActivityError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export const activityErrorReply = ({ status, code, message }: ActivityError): Reply => ({
  status,
  body: { error: { code, message } },
})

/** What a request over the limit is told: mostly within a 403, without saying how long to wait. */
export const throttled = (status: 403 | 429, method: string, publisher: string) =>
  new ActivityError(status, 'AF429', `Too many requests. Method=${method}, PublisherId=${publisher}`)

export const missingParameter = (name: string) => new ActivityError(400, 'AF20001', `Missing parameter: ${name}.`)

export const invalidParameter = (name: string, type: string) =>
  new ActivityError(400, 'AF20002', `Invalid parameter type: ${name}. Expected type: ${type}`)

export const webhookExpired = (expiration: string) =>
  new ActivityError(400, 'AF20003', `Expiration ${expiration} provided is set to past date and time.`)

export const tenantMismatch = (path: string, token: string) =>
  new ActivityError(
    400,
    'AF20010',
    `The tenant ID passed in the URL (${path}) does not match the tenant ID passed in the access token (${token}).`,
  )

export const tenantNotGuid = (path: string) =>
  new ActivityError(400, 'AF20013', `The tenant ID passed in the URL (${path}) is not a valid GUID.`)

export const invalidContentType = () => new ActivityError(400, 'AF20020', 'The specified content type is not valid.')

export const webhookNotValidated = () =>
  new ActivityError(
    400,
    'AF20021',
    'The webhook endpoint could not be validated. The emulator does not deliver notifications.',
  )

export const noSubscription = () =>
  new ActivityError(400, 'AF20022', 'No subscription found for the specified content type.')

export const alreadyEnabled = () =>
  new ActivityError(400, 'AF20024', 'The subscription is already enabled. No property change.')

export const badTimes = () =>
  new ActivityError(
    400,
    'AF20030',
    'Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, with the start time no more than 7 days in the past.',
  )

export const timesOutOfRange = () =>
  new ActivityError(
    400,
    'AF20055',
    'Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, with the start time prior to end time and start time no more than 7 days in the past.',
  )

export const badNextPage = (value: string) => new ActivityError(400, 'AF20031', `Invalid nextPage Input: ${value}.`)

export const badLanguage = () =>
  new ActivityError(400, 'AF20053', 'Invalid language was present in the Accept-Language header.')
export const badLanguageSyntax = () => new ActivityError(400, 'AF20054', 'Invalid syntax in Accept-Language header.')

export const noBlob = (id: string) => new ActivityError(404, 'AF20050', `The specified content (${id}) does not exist.`)
export const blobExpired = (id: string) =>
  new ActivityError(
    404,
    'AF20051',
    `Content requested with the key ${id} has already expired. Content older than 7 days cannot be retrieved.`,
  )
export const badBlobId = (id: string) => new ActivityError(400, 'AF20052', `Content ID ${id} in the URL is invalid.`)
export const notImplemented = (what: string) =>
  new ActivityError(501, 'NotImplemented', `m365-emulator does not implement ${what}.`)

export const missingPermission = (roles: ReadonlySet<string>) =>
  new ActivityError(
    403,
    'AF10001',
    `The permission set (${[...roles].join(' ')}) sent in the request did not include the expected permission ActivityFeed.Read.`,
  )
