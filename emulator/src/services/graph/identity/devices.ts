import { Users } from '#world/users.ts'
import { allowOptions } from '#services/graph/odata/options.ts'
import { deviceAt, deviceByDeviceId, devices } from '#world/devices.ts'
import { readJson } from '#services/graph/json.ts'
import { replica } from '#world/replicas.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Device } from '#world/devices.ts'
import type { Reply } from '#http/exchange.ts'

import { READ_DEVICES } from './permissions.ts'
import { audit, changed } from './audit.ts'
import { badRequest, missing } from './errors.ts'
import { count, list, short } from './list.ts'
import { deviceType } from './device-type.ts'
import { readProjection, show } from './entity.ts'
import { userType } from './user-type.ts'
import type { Source } from './list.ts'

/** Computers and phones that the directory knows. */

const DEVICE = 'microsoft.graph.device'
const WRITE = ['Device.ReadWrite.All', 'Directory.ReadWrite.All']

/** By object id, and by the id that other services use. */
const KEYS = ['/devices/:device', '/devices/(deviceid)/:deviceId']

export const deviceRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/devices',
    returns: `Collection(${DEVICE})`,
    roles: READ_DEVICES,
    handle: (call) => list(call, deviceType, devicesIn(call)),
  },
  {
    method: 'GET',
    pattern: '/devices/$count',
    roles: READ_DEVICES,
    handle: (call) => count(call, deviceType, devicesIn(call)),
  },
  ...KEYS.flatMap((pattern): Route[] => [
    { method: 'GET', pattern, returns: DEVICE, roles: READ_DEVICES, handle: getDevice },
    { method: 'PATCH', pattern, roles: WRITE, handle: updateDevice },
    { method: 'DELETE', pattern, roles: ['Device.ReadWrite.All'], handle: deleteDevice },
    ...['registeredOwners', 'registeredUsers'].map((what): Route => ({
      method: 'GET',
      pattern: `${pattern}/${what}`,
      returns: 'Collection(microsoft.graph.user)',
      roles: READ_DEVICES,
      handle: listOwners,
    })),
  ]),
]

function devicesIn({ tenant }: Call): Source<Device> {
  const now = replica(tenant, devices)
  return {
    *from(place) {
      for (let index = place; index < 2 * tenant.world.directory.users; index++) {
        const born = deviceAt(tenant.world, index)
        const device = born && now.find(born.id)
        if (device) yield [index + 1, device]
      }
    },
    lookUp: (field, value) => {
      const id =
        field === 'deviceId'
          ? deviceByDeviceId(tenant.world, value)?.id
          : field === 'id'
            ? value.toLowerCase()
            : undefined
      const found = id === undefined ? undefined : now.find(id)
      return field === 'deviceId' || field === 'id' ? (found ? [found] : []) : undefined
    },
  }
}

/** The device a path names, as reads show it. @throws GraphError Request_ResourceNotFound. */
export function deviceOf({ tenant, params }: Call): Device {
  const wanted = (params['device'] ?? params['deviceId'])!
  const id = params['device'] === undefined ? deviceByDeviceId(tenant.world, wanted)?.id : wanted.toLowerCase()
  const device = id === undefined ? undefined : replica(tenant, devices).find(id)
  if (!device) throw missing(wanted)
  return device
}

function getDevice(call: Call): Reply {
  allowOptions(call.request.query, ['$select'])
  const device = deviceOf(call)
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#devices/$entity`,
      ...show(call, deviceType, device, readProjection(call, deviceType)),
    },
  }
}

/** What a client that is not the device's management may write. */
const WRITABLE = new Set(['accountEnabled'])

function updateDevice(call: Call): Reply {
  const device = writtenDevice(call)
  const body = readJson(call.request)
  for (const [name, value] of Object.entries(body)) {
    if (name.startsWith('@odata.')) continue
    if (!WRITABLE.has(name))
      throw badRequest(`Property '${name}' cannot be set, or does not exist on type '${DEVICE}'.`)
    if (typeof value !== 'boolean')
      throw badRequest(`Invalid value specified for property '${name}' of resource 'Device'.`)
  }
  const accountEnabled = body['accountEnabled']
  if (typeof accountEnabled === 'boolean') {
    call.tenant.objects(devices).put(device.id, { ...device, accountEnabled })
    const modified = changed([{ name: 'AccountEnabled', old: device.accountEnabled, new: accountEnabled }])
    audit(call, 'Update device', 'Device', 'Update', [
      { type: 'Device', id: device.id, displayName: device.name, modified },
    ])
  }
  return { status: 204 }
}

function deleteDevice(call: Call): Reply {
  const device = writtenDevice(call)
  call.tenant.objects(devices).remove(device.id)
  audit(call, 'Delete device', 'Device', 'Delete', [
    { type: 'Device', id: device.id, displayName: device.name, modified: [] },
  ])
  return { status: 204 }
}

/** As the directory itself knows it. */
function writtenDevice(call: Call): Device {
  const { device: byId, deviceId } = call.params
  const id = byId?.toLowerCase() ?? deviceByDeviceId(call.tenant.world, deviceId!)?.id
  const device = id === undefined ? undefined : call.tenant.objects(devices).find(id)
  if (!device) throw missing((byId ?? deviceId)!)
  return device
}

function listOwners(call: Call): Reply {
  const owner = new Users(call.tenant).at(deviceOf(call).owner)
  return list(call, userType, short(owner ? [owner] : []), { context: 'directoryObjects', typed: true })
}
