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

const Options = z.strictObject({
  isolationType: z.enum(['Full', 'Selective']).default('Full').describe('Selective lets Outlook and Teams through.'),
  comment: Comment.default('Isolated by Cordon.'),
})

/**
 * Cuts a device off from the network; Defender still reaches it.
 *
 * @see https://learn.microsoft.com/defender-endpoint/api/isolate-machine
 */
export const isolateDevice = defineAction<DeviceState, DeviceTarget>({
  id: 'isolate-device',
  on: 'device',
  title: 'Isolate device',
  recoverability:
    'The device reaches nothing but Defender for Endpoint, in selective isolation also Outlook and Teams, until it is released: ' +
    'Cordon can do that. A device that is switched off is isolated when it reports within three days, or not at all.',
  permissions: [ISOLATE_DEVICES, READ_DEVICES],
  notOfferedIn: WHERE_DEFENDER_IS,
  options: Options,
  does: (count) => `isolate ${devicesOf(count)}`,
  did: (count) => `isolated ${devicesOf(count)}`,
  state: DeviceState,
  patience: DEVICE_PATIENCE,
  read: (target) => readDeviceState(target),
  settled: (now) =>
    isForGood(now, true)
      ? { state: 'already-done', proof: `${deviceProof(now)} It was before Cordon acted.` }
      : undefined,

  async execute({ microsoft, device, options, signal }) {
    const { isolationType, comment } = Options.parse(options ?? {})
    await isolateMachine(microsoft, { machineId: device.id, isolationType, comment, signal })
  },
  verify: (_before, now) => verifyIsolation(now, true),

  revert: {
    async execute({ microsoft, device, signal }) {
      await unisolateMachine(microsoft, { machineId: device.id, comment: 'Isolation taken back by Cordon.', signal })
    },
    verify: (_before, now) => verifyIsolation(now, false),
  },
})
