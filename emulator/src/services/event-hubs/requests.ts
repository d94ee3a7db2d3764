import { protocolNow } from '#clock.ts'

import { findHub } from './hubs.ts'
import { badProperty, entityNotFound, missingClaim, notAllowed, partitionOutOfRange } from './errors.ts'
import { createdAt } from './hub-log.ts'
import { readEntity, resourceName } from './namespace.ts'
import { readToken } from './claims.ts'
import { textOf, types } from './amqp.ts'
import type { Broker } from './broker.ts'
import type { Claim } from './claims.ts'
import type { Hub } from './hubs.ts'
import type { Namespace } from './namespace.ts'
import type { Partition } from './partition.ts'
import type { Tenant } from '#cloud.ts'

/** Requests on `$cbs` and `$management`: application properties and a body, answered with a status and a body. */
export interface HubRequest {
  properties: Record<string, unknown>
  body: unknown
}

const TOKEN_TYPES = new Set(['servicebus.windows.net:sastoken', 'jwt'])

/**
 * `put-token`: what the connection may do with which entity, from now on.
 *
 * @throws HubError 400, 401, 404.
 */
export async function putToken(
  { properties, body }: HubRequest,
  broker: Broker,
  candidates: readonly Namespace[],
): Promise<Claim> {
  const [operation, type, name] = ['operation', 'type', 'name'].map((key) => textOf(properties[key]))
  if (operation !== 'put-token') throw badProperty('operation')
  if (!TOKEN_TYPES.has(type!)) throw badProperty('type')
  if (!name) throw badProperty('name')
  const audience = readEntity(name)
  const claim = await readToken(textOf(body), audience, candidates, broker.keys)
  const [hub] = audience.path
  if (hub && !hub.startsWith('$') && !findHub(hub))
    throw entityNotFound(resourceName(claim.namespace.host, audience.path))
  return claim
}

/**
 * `READ` of a hub or a partition.
 *
 * @param known the claim that the connection has for everything, if any; a `security_token` of the request goes before it.
 * @throws HubError 400, 401, 404; `amqp:not-allowed` for another operation.
 */
export async function manage(
  { properties }: HubRequest,
  broker: Broker,
  candidates: readonly Namespace[],
  claims: readonly Claim[],
): Promise<object> {
  const { operation, type, name, partition } = properties
  if (textOf(operation) !== 'READ') throw notAllowed(`Invalid command '${textOf(operation)}'.`)
  const entity = readEntity(textOf(name))
  const token = textOf(properties['security_token'])
  const claim = token
    ? await readToken(token, { ...entity, host: undefined }, candidates, broker.keys)
    : claims.find(({ expiresAt }) => expiresAt > protocolNow())
  const host = claim?.namespace.host ?? candidates[0]!.host
  if (!claim || !(['Listen', 'Send', 'Manage'] as const).some((right) => claim.allows(right, entity.path)))
    throw missingClaim('Listen', resourceName(host, entity.path))
  const hub = findHub(entity.path[0] ?? '')
  if (!hub) throw entityNotFound(resourceName(host, entity.path))
  const { tenant } = claim.namespace
  switch (textOf(type)) {
    case 'com.microsoft:eventhub':
      return describeHub(tenant, hub)
    case 'com.microsoft:partition':
      return describePartition(hub, partitionNamed(broker.log(tenant, hub).partitions, textOf(partition)))
    default:
      throw badProperty('type')
  }
}

/** @throws HubError `com.microsoft:argument-out-of-range`. */
export function partitionNamed(partitions: readonly Partition[], id: string): Partition {
  const found = partitions.find((partition) => partition.id === id)
  if (!found) throw partitionOutOfRange(partitions.length)
  return found
}

const describeHub = (tenant: Tenant, { name, partitions }: Hub) => ({
  name,
  type: 'com.microsoft:eventhub',
  created_at: types.wrap_timestamp(createdAt(tenant)),
  partition_count: types.wrap_int(partitions),
  partition_ids: types.wrap_array(
    Array.from({ length: partitions }, (_, i) => String(i)),
    0xa1,
    undefined,
  ),
  georeplication_factor: types.wrap_int(1),
})

const describePartition = ({ name }: Hub, partition: Partition) => ({
  name,
  type: 'com.microsoft:partition',
  partition: partition.id,
  begin_sequence_number: types.wrap_long(partition.last ? partition.begin : 0),
  last_enqueued_sequence_number: types.wrap_long(partition.next - 1),
  last_enqueued_offset: partition.last?.offset ?? '-1',
  last_enqueued_time_utc: types.wrap_timestamp(partition.last?.enqueuedAt ?? 0),
  is_partition_empty: partition.isEmpty,
})
