import { parseEventHubConnectionString } from '@azure/event-hubs'

import type { EventHubsPlace, Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

/** A hub, and how to sign in to it. */
export interface HubAddress {
  /** Host of the namespace: `contoso-logs.servicebus.windows.net`. */
  namespace: string
  hub: string
  consumerGroup: string
  /** AMQP over WebSocket (port 443) in place of AMQP over TLS (port 5671). */
  webSocket: boolean
  /** Of a shared access policy; the application's own token is used when absent. */
  connectionString?: string
}

/** How a shared access policy signs in. */
export type SharedAccess = { name: string; key: string } | { signature: string }

/**
 * Where the cloud has its namespaces, once the address is one of them: tokens go there.
 *
 * @throws AppError CONNECT_ADDRESS_REFUSED.
 */
export function placeOf({ eventHubs }: Microsoft, { namespace }: HubAddress): EventHubsPlace {
  if (eventHubs && namespace.toLowerCase().endsWith(eventHubs.hosts)) return eventHubs
  throw refused(
    eventHubs
      ? `The host ${namespace} does not end in ${eventHubs.hosts}.`
      : 'The cloud of this connection has no Event Hubs.',
    'Copy the host name from https://portal.azure.com > Event Hubs > the namespace > Overview.',
  )
}

/**
 * What a connection string says, once it is found to be for this address.
 *
 * @throws AppError CONNECT_ADDRESS_REFUSED, without the string.
 */
export function sharedAccessOf(connectionString: string, { namespace, hub }: HubAddress): SharedAccess {
  const fix = 'Copy it from https://portal.azure.com > the namespace > Shared access policies > a policy with Listen.'
  const parsed = parse(connectionString)
  if (!parsed) throw refused('The connection string cannot be read.', fix)
  const { fullyQualifiedNamespace: host, eventHubName, sharedAccessKeyName: name, sharedAccessKey: key } = parsed
  if (host.toLowerCase() !== namespace.toLowerCase()) {
    throw refused(`The connection string is for ${host}, not for ${namespace}.`, fix)
  }
  if (eventHubName !== undefined && eventHubName.toLowerCase() !== hub.toLowerCase()) {
    throw refused(`The connection string is for the hub ${eventHubName}, not for ${hub}.`, fix)
  }
  if (parsed.sharedAccessSignature) return { signature: parsed.sharedAccessSignature }
  if (name && key) return { name, key }
  throw refused('The connection string names no policy and key.', fix)
}

/** The library's own errors repeat the string, so they are not passed on. */
function parse(connectionString: string): ReturnType<typeof parseEventHubConnectionString> | undefined {
  try {
    return parseEventHubConnectionString(connectionString)
  } catch {
    return undefined
  }
}

function refused(why: string, fix: string): AppError {
  return new AppError({ code: 'CONNECT_ADDRESS_REFUSED', what: 'The event hub cannot be used.', why, fix })
}
