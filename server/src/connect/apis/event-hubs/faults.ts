import { MessagingError } from '@azure/event-hubs'

import { ConnectionClosed } from '#connect/connection-closed.ts'
import { AppError, type AppErrorParts } from '#domain/errors.ts'

import type { HubAddress } from './address.ts'

/** What Event Hubs says when it refuses, as an error for people: its own text word for word. */
export function hubFault(error: unknown, address: HubAddress): unknown {
  const fault = firstOf(error)
  if (!(fault instanceof Error) || fault instanceof AppError || fault instanceof ConnectionClosed) return error
  const { code, message } = said(fault)
  const words = `${code}: ${message}`
  const told = (parts: Pick<AppErrorParts, 'code' | 'why' | 'fix' | 'retry'>, status: number) =>
    new AppError({
      ...parts,
      what: `Could not read the event hub ${address.hub} of ${address.namespace}.`,
      microsoft: { service: 'event-hubs', status, code, message },
      cause: error,
    })

  switch (code) {
    case 'UnauthorizedError':
      return told(
        {
          code: 'CONNECT_PERMISSION_MISSING',
          why: `${address.connectionString === undefined ? `The application has no role there that allows it; ${ROLE} does` : 'The shared access policy does not allow it, or its key is not valid'} (${words}).`,
          fix:
            address.connectionString === undefined
              ? `In https://portal.azure.com > Event Hubs > the namespace > Access control (IAM) choose "Add role assignment" and give ${ROLE} to the application.`
              : 'Copy the connection string anew from https://portal.azure.com > the namespace > Shared access policies > a policy with Listen.',
        },
        401,
      )
    case 'MessagingEntityNotFoundError':
      return told(
        {
          code: 'CONNECT_NOT_FOUND',
          why: `The namespace has no such hub or consumer group (${words}).`,
          fix: `Compare ${address.hub} and ${address.consumerGroup} with https://portal.azure.com > the namespace > Event Hubs.`,
        },
        404,
      )
    case 'QuotaExceededError':
      return told(
        {
          code: 'CONNECT_THROTTLED',
          why: `Too many programs read in the consumer group ${address.consumerGroup} (${words}).`,
          fix: 'Make a consumer group for Cordon alone: https://portal.azure.com > the hub > Consumer groups; then name it in the settings of the feed.',
          retry: 'backoff',
        },
        429,
      )
    case 'ServerBusyError':
      return told(
        {
          code: 'CONNECT_THROTTLED',
          why: `Event Hubs asked to slow down (${words}).`,
          fix: 'Nothing needs doing: it is tried again later. If it stays so, give the namespace more throughput units.',
          retry: 'backoff',
        },
        503,
      )
    case 'ReceiverDisconnectedError':
      return told(
        {
          code: 'CONNECT_REQUEST_REFUSED',
          why: `Another program reads with precedence in the consumer group ${address.consumerGroup} (${words}).`,
          fix: 'Make a consumer group for Cordon alone: https://portal.azure.com > the hub > Consumer groups; then name it in the settings of the feed.',
          retry: 'backoff',
        },
        409,
      )
    case 'ArgumentError':
    case 'ArgumentOutOfRangeError':
      return told(
        {
          code: 'CONNECT_REQUEST_REFUSED',
          why: `Event Hubs refused the request (${words}).`,
          fix: 'Report this with the code and the tracking ID: Cordon should not have asked in this way.',
        },
        400,
      )
    default:
      return told(
        {
          code: 'CONNECT_UNREACHABLE',
          why: `Event Hubs did not answer (${words}).`,
          fix: address.webSocket
            ? 'Check that this machine may open connections to port 443 of the namespace.'
            : 'Check that this machine may open connections to port 5671 of the namespace, or turn on the setting webSocket, which uses port 443.',
          retry: 'backoff',
        },
        0,
      )
  }
}

/** Whether the connection broke, of which Event Hubs says nothing: another one may do. */
export function isLineLost(error: unknown): boolean {
  const fault = firstOf(error)
  if (!(fault instanceof Error) || fault instanceof AppError || fault instanceof ConnectionClosed) return false
  return !(fault instanceof MessagingError) || LINE_LOST.has(said(fault).code)
}

/** Of the system, for which the library has no name of its own, and of a service that ends what is open. */
const LINE_LOST = new Set(['EPIPE', 'ECONNRESET', 'ECONNABORTED', 'ConnectionForcedError', 'MessagingError', 'Error'])

function firstOf(error: unknown): unknown {
  return error instanceof AggregateError ? error.errors[0] : error
}

function said(fault: Error): { code: string; message: string } {
  const { message, name } = fault
  return { code: (fault instanceof MessagingError && fault.code) || name, message }
}

/** Azure's role that lets an application read events. */
export const ROLE = 'Azure Event Hubs Data Receiver'
