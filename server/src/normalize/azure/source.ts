import type { EcsEvent } from '#domain/event.ts'
import { integerOf } from '#normalize/json.ts'
import { parseAddress } from '#normalize/steps/address.ts'
import type { LogRecord } from './log-record.ts'
import { placeOf } from './place.ts'

/**
 * From where: the record's own address, else the caller's of the envelope, with the place and the network that Microsoft
 * names.
 */
export function setSource({ properties, envelope, mentioned }: LogRecord, event: EcsEvent, address: unknown): void {
  const caller = parseAddress(envelope.callerIpAddress)
  const source = parseAddress(address) ?? caller
  if (source === undefined) return
  const place = placeOf(properties.location)
  const network = integerOf(properties.autonomousSystemNumber)
  event.source = {
    ...source,
    ...(place !== undefined && { geo: place }),
    ...(network !== undefined && network > 0 && { as: { number: network } }),
  }
  mentioned.addresses.push(caller?.ip)
}
