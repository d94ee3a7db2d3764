import { randomUUID } from 'node:crypto'

import { protocolNow } from '#clock.ts'

/** An AMQP error as Event Hubs words it: a condition, and a description that ends with where it can be looked up. */
export class HubError extends Error {
  readonly condition: string
  /** Of answers to requests on `$cbs` and `$management`. */
  readonly status: number

  constructor(status: number, condition: string, text: string) {
    super(`${text} ${tracking()}`)
    this.status = status
    this.condition = condition
  }

  /** With all three fields, since some clients look for the third. */
  get amqp(): { condition: string; description: string; info: object } {
    return { condition: this.condition, description: this.message, info: {} }
  }
}

const tracking = () =>
  `TrackingId:${randomUUID().replaceAll('-', '')}_G1, SystemTracker:gateway5, Timestamp:${new Date(protocolNow()).toISOString().slice(0, 19)}`

const UNAUTHORIZED = 'amqp:unauthorized-access'
const ARGUMENT = 'com.microsoft:argument-error'
const STOLEN = 'amqp:link:stolen'

export const invalidSignature = () =>
  new HubError(401, UNAUTHORIZED, 'InvalidSignature: The token has an invalid signature.')

export const invalidToken = (why: string) => new HubError(401, UNAUTHORIZED, `InvalidToken: ${why}`)

export const expiredToken = (expiresAt: number) =>
  new HubError(
    401,
    UNAUTHORIZED,
    `ExpiredToken: The token is expired. Expiration time: '${new Date(expiresAt).toUTCString()}'.`,
  )

export const wrongAudience = () =>
  new HubError(401, UNAUTHORIZED, 'InvalidAudience: The authorization header contains a token with a wrong audience.')

export const missingClaim = (claim: string, resource: string) =>
  new HubError(
    401,
    UNAUTHORIZED,
    `Unauthorized access. '${claim}' claim(s) are required to perform this operation. Resource: '${resource}'.`,
  )

export const badProperty = (name: string) =>
  new HubError(
    400,
    ARGUMENT,
    `Property '${name}' in the 'application-properties' section is either missing, has the wrong type, or has an unexpected value.`,
  )

export const entityNotFound = (resource: string) =>
  new HubError(
    404,
    'amqp:not-found',
    `The messaging entity '${resource}' could not be found. To know more visit https://aka.ms/sbResourceMgrExceptions.`,
  )

export const partitionOutOfRange = (count: number) =>
  new HubError(
    400,
    'com.microsoft:argument-out-of-range',
    `The specified partition is invalid for an EventHub partition sender or receiver. It should be between 0 and ${count - 1}. Parameter name: PartitionId`,
  )

export const invalidFilter = (text: string) =>
  new HubError(400, ARGUMENT, `The filter expression '${text}' is not supported.`)

export const invalidPosition = (what: 'offset' | 'sequence number', given: string, last: string) =>
  new HubError(400, ARGUMENT, `The supplied ${what} '${given}' is invalid. The last ${what} in the system is '${last}'`)

export const notAllowed = (text: string) => new HubError(400, 'amqp:not-allowed', text)

export const stolen = (by: string, epoch: number, reader: string, current: number) =>
  new HubError(
    410,
    STOLEN,
    `New receiver '${by}' with higher epoch of '${epoch}' is created hence current receiver '${reader}' with epoch '${current}' is getting disconnected. If you are recreating the receiver, make sure a higher epoch is used.`,
  )

export const higherEpochExists = (holder: string, held: number, reader: string, epoch: number) =>
  new HubError(
    410,
    STOLEN,
    `Receiver '${holder}' with a higher epoch '${held}' already exists. Receiver '${reader}' with epoch ${epoch} cannot be created. Make sure you are creating receiver with increasing epoch value to ensure connectivity, or ensure all old epoch receivers are closed or disconnected.`,
  )

export const epochReaderExists = (held: number) =>
  new HubError(
    410,
    STOLEN,
    `At least one receiver for the endpoint is created with epoch of '${held}', and so non-epoch receiver is not allowed. Either reconnect with a higher epoch, or make sure all epoch receivers are closed or disconnected.`,
  )

export const tooManyReaders = (most: number) =>
  new HubError(
    403,
    'amqp:resource-limit-exceeded',
    `Exceeded the maximum number of allowed receivers per partition in a consumer group which is ${most}.`,
  )

export const tooLarge = (size: number, most: number) =>
  new HubError(
    403,
    'amqp:link:message-size-exceeded',
    `The received message (delivery-id:0, size:${size} bytes) exceeds the limit (${most} bytes) currently allowed on the link.`,
  )

export const badMessage = () => new HubError(400, 'amqp:decode-error', 'The message cannot be decoded.')

export const internal = () =>
  new HubError(500, 'amqp:internal-error', 'The service was unable to process the request; please retry the operation.')

export const inactive = (milliseconds: number) =>
  new HubError(
    408,
    'amqp:connection:forced',
    `The connection was inactive for more than the allowed ${milliseconds} milliseconds and is closed by container 'LinkTracker'.`,
  )

export const framing = () =>
  new HubError(400, 'amqp:connection:framing-error', 'A frame is larger than the maximum frame size.')

/** Conditions that a client meets when something is wrong with the service or the line, in the service's words. */
const OCCASIONAL: Record<string, readonly [status: number, text: string]> = {
  'com.microsoft:server-busy': [
    503,
    'The request was terminated because the entity is being throttled. Error code : 50002. Please wait 4 seconds and try again. To know more visit https://aka.ms/sbResourceMgrExceptions.',
  ],
  'com.microsoft:timeout': [408, 'The operation did not complete within the allotted timeout.'],
  'com.microsoft:operation-cancelled': [500, 'The operation was canceled.'],
  'amqp:internal-error': [
    500,
    'The service was unable to process the request; please retry the operation. For more information on exception types and proper exception handling, please refer to https://aka.ms/ServiceBusExceptions',
  ],
  'amqp:link:detach-forced': [
    500,
    "The link 'G2:7223832:reader' is force detached by the broker due to errors occurred in consumer(link164614). Detach origin: AmqpMessageConsumer.IdleTimerExpired: Idle timeout: 00:30:00.",
  ],
  'amqp:connection:forced': [
    500,
    "The connection was closed by container 'LinkTracker' because it did not have any active links in the past 300000 milliseconds.",
  ],
  [STOLEN]: [
    410,
    "New receiver 'nil' with higher epoch of '1' is created hence current receiver 'nil' with epoch '0' is getting disconnected. If you are recreating the receiver, make sure a higher epoch is used.",
  ],
}

/** An error on demand: of a condition that is not in the list its description is given. */
export function errorOf(condition: string, description?: string): HubError {
  const [status, text] = OCCASIONAL[condition] ?? [condition === UNAUTHORIZED ? 401 : 400, condition]
  if (condition === UNAUTHORIZED && description === undefined) return expiredToken(protocolNow())
  return new HubError(status, condition, description ?? text)
}
