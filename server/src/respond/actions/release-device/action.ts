import { z } from 'zod'

import { isolateMachine, unisolateMachine } from '#connect/apis/defender/machine-actions.ts'
import { defineAction } from '#respond/action.ts'
import { devicesOf } from '#respond/count.ts'
import {
  Comment,
  DEVICE_PATIENCE,
  deviceProof,
  DeviceState,
  isForGood,
  ISOLATE_DEVICES,
  READ_DEVICES,
  readDeviceState,
  verifyIsolation,
  WHERE_DEFENDER_IS,
} from '#respond/device-state.ts'
import type { DeviceTarget } from '#respond/kinds/device.ts'

const Options = z.strictObject({ comment: Comment.default('Released by Cordon.') })

/**
 * Lets an isolated device back into the network.
 *
 * @see https://learn.microsoft.com/defender-endpoint/api/unisolate-machine
 */
export const releaseDevice = defineAction<DeviceState, DeviceTarget>({
  id: 'release-device',
  on: 'device',
  title: 'Release device',
  recoverability:
    'The device reaches everything again, and so does whoever is on it. Cordon can isolate it again, as much as it was before.',
  permissions: [ISOLATE_DEVICES, READ_DEVICES],
  notOfferedIn: WHERE_DEFENDER_IS,
  options: Options,
  does: (count) => `release ${devicesOf(count)} from isolation`,
  did: (count) => `released ${devicesOf(count)} from isolation`,
  state: DeviceState,
  patience: DEVICE_PATIENCE,
  read: (target) => readDeviceState(target),
  settled: (now) =>
    isForGood(now, false)
      ? { state: 'already-done', proof: `${deviceProof(now)} It was not before Cordon acted.` }
      : undefined,

  async execute({ microsoft, device, options, signal }) {
    const { comment } = Options.parse(options ?? {})
    await unisolateMachine(microsoft, { machineId: device.id, comment, signal })
  },
  verify: (_before, now) => verifyIsolation(now, false),

  revert: {
    async execute({ microsoft, device, signal }, before) {
      const isolationType = before.isolationType === 'Selective' ? 'Selective' : 'Full'
      const comment = 'Release taken back by Cordon.'
      await isolateMachine(microsoft, { machineId: device.id, isolationType, comment, signal })
    },
    verify: (_before, now) => verifyIsolation(now, true),
  },
})
