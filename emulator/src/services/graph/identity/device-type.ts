import { random } from '#world/random.ts'
import type { Device } from '#world/devices.ts'
import type { Tenant } from '#cloud.ts'

import { READ_DEVICES, hasAny } from './permissions.ts'
import { lastSync, time } from './user-type.ts'
import type { EntityType } from './entity.ts'

/** What Graph tells about a device. */

const NOTHING = new Set(['id'])
const DAY = 86_400_000

/** Devices report about once a day; those that lie in a drawer do not. */
function lastSeen({ now, world }: Tenant, { index, registeredAt }: Device): number {
  const r = random(world.seed, 'device seen', index)
  const asleep = r.chance(0.06) ? r.between(35, 200) * DAY : 0
  return Math.max(registeredAt, Math.floor((now - asleep) / DAY) * DAY - r.between(0, 36_000) * 1000)
}

type Reader = (device: Device, tenant: Tenant) => unknown

const PROPERTIES: Record<string, Reader> = {
  id: ({ id }) => id,
  deletedDateTime: () => null,
  accountEnabled: ({ accountEnabled }) => accountEnabled,
  approximateLastSignInDateTime: (device, tenant) => time(lastSeen(tenant, device)),
  complianceExpirationDateTime: () => null,
  deviceCategory: () => null,
  deviceId: ({ deviceId }) => deviceId,
  deviceMetadata: () => null,
  deviceOwnership: ({ kind, isManaged }) => (!isManaged ? null : kind === 'computer' ? 'Company' : 'Personal'),
  deviceVersion: () => 2,
  displayName: ({ name }) => name,
  enrollmentProfileName: () => null,
  enrollmentType: ({ isManaged, trustType }) =>
    !isManaged ? null : trustType === 'Workplace' ? 'UserEnrollment' : 'AzureDomainJoined',
  isCompliant: ({ isCompliant, isManaged }) => (isManaged ? isCompliant : null),
  isManaged: ({ isManaged }) => (isManaged ? true : null),
  isManagementRestricted: () => null,
  isRooted: ({ kind }) => (kind === 'phone' ? false : null),
  managementType: ({ isManaged }) => (isManaged ? 'MDM' : null),
  manufacturer: ({ manufacturer }) => manufacturer,
  mdmAppId: ({ isManaged }) => (isManaged ? '0000000a-0000-0000-c000-000000000000' : null),
  model: ({ model }) => model,
  onPremisesLastSyncDateTime: ({ trustType }, tenant) => (trustType === 'ServerAd' ? time(lastSync(tenant)) : null),
  onPremisesSecurityIdentifier: () => null,
  onPremisesSyncEnabled: ({ trustType }) => (trustType === 'ServerAd' ? true : null),
  operatingSystem: ({ operatingSystem }) => operatingSystem,
  operatingSystemVersion: ({ osVersion }) => osVersion,
  physicalIds: ({ deviceId, serialNumber }) => [`[USER-HWID]:${deviceId}`, `[OrderId]:${serialNumber}`],
  profileType: () => 'RegisteredDevice',
  registrationDateTime: ({ registeredAt }) => time(registeredAt),
  systemLabels: () => [],
  trustType: ({ trustType }) => trustType,
  alternativeSecurityIds: ({ deviceId }) => [
    { type: 2, identityProvider: null, key: Buffer.from(`X509:<SHA1-TP-PUBKEY>${deviceId}`).toString('base64') },
  ],
}

export const deviceType: EntityType<Device> = {
  name: 'microsoft.graph.device',
  set: 'devices',
  properties: Object.fromEntries(
    Object.entries(PROPERTIES).map(([name, read]) => [name, ({ tenant }, device) => read(device, tenant)]),
  ),
  defaults: Object.keys(PROPERTIES),
  visible: (call) => (hasAny(call, [...READ_DEVICES, 'User.Read.All', 'User.ReadWrite.All']) ? 'all' : NOTHING),
  filters: {
    id: 'string',
    deviceId: 'string',
    displayName: 'string',
    operatingSystem: 'string',
    operatingSystemVersion: 'string',
    trustType: 'string',
    profileType: 'string',
    managementType: 'string',
    deviceOwnership: 'string',
    accountEnabled: 'boolean',
    isCompliant: 'boolean',
    isManaged: 'boolean',
    onPremisesSyncEnabled: 'boolean',
    approximateLastSignInDateTime: 'date',
    registrationDateTime: 'date',
    physicalIds: 'strings',
  },
  orders: ['displayName', 'approximateLastSignInDateTime', 'operatingSystem'],
  searches: ['displayName'],
}
