import { z } from 'zod'

import {
  listMachineActions,
  runAntiVirusScan,
  stateOf,
  type MachineAction,
} from '#connect/apis/defender/machine-actions.ts'
import { defineAction } from '#respond/action.ts'
import { devicesOf } from '#respond/count.ts'
import { Comment, READ_DEVICES, SCAN_DEVICES, WHERE_DEFENDER_IS } from '#respond/device-state.ts'
import type { DeviceTarget } from '#respond/kinds/device.ts'

const Options = z.strictObject({
  scanType: z.enum(['Quick', 'Full']).default('Quick').describe('A full scan takes hours.'),
  comment: Comment.default('Scan started by Cordon.'),
})

/** The newest scan of the device, whoever asked for it. */
const ScanState = z.object({ scan: z.string().optional(), status: z.string().optional() })
type ScanState = z.infer<typeof ScanState>

const isOpen = ({ status }: ScanState): boolean => stateOf({ status } as MachineAction) === 'pending'
const proofOf = ({ scan, status }: ScanState): string =>
  scan === undefined ? 'No scan was asked of the device.' : `The newest scan (${scan}) is ${status}.`

/**
 * Starts a scan for malware on a device. What it finds comes as alerts; a full one takes hours, and is not waited for.
 *
 * @see https://learn.microsoft.com/defender-endpoint/api/run-av-scan
 */
export const scanDevice = defineAction<ScanState, DeviceTarget>({
  id: 'scan-device',
  on: 'device',
  title: 'Scan device',
  recoverability:
    'Microsoft Defender Antivirus looks through the device and treats what it finds as its policy says; it comes as alerts. ' +
    'Cordon cannot bring back what the antivirus removes; Defender may restore it from its quarantine.',
  permissions: [SCAN_DEVICES, READ_DEVICES],
  notOfferedIn: WHERE_DEFENDER_IS,
  options: Options,
  does: (count) => `start a scan of ${devicesOf(count)}`,
  did: (count) => `started a scan of ${devicesOf(count)}`,
  state: ScanState,
  async read({ microsoft, device, signal }) {
    const orders = await listMachineActions(microsoft, device.id, signal)
    const newest = orders.find(({ type }) => type === 'RunAntiVirusScan')
    return newest ? { scan: newest.id, status: newest.status } : {}
  },
  settled: (now) =>
    isOpen(now) ? { state: 'already-done', proof: `${proofOf(now)} It was before Cordon acted.` } : undefined,
  async execute({ microsoft, device, options, signal }) {
    const { scanType, comment } = Options.parse(options ?? {})
    await runAntiVirusScan(microsoft, { machineId: device.id, scanType, comment, signal })
  },
  verify: (before, now) => ({
    is: now.scan !== before.scan && (isOpen(now) || now.status === 'Succeeded') ? 'wanted' : 'unchanged',
    proof: proofOf(now),
  }),
})
