import { z } from 'zod'

import type { LiveCommand } from '#connect/apis/defender/live-response.ts'
import { defineAction } from '#respond/action.ts'
import { devicesOf } from '#respond/count.ts'
import {
  COLLECT_FILES,
  Comment,
  LIVE_RESPONSE_LICENSE,
  READ_DEVICES,
  WHERE_DEFENDER_IS,
} from '#respond/device-state.ts'
import type { DeviceTarget } from '#respond/kinds/device.ts'

import { collect, readSessionState, SessionState } from './session.ts'

/** The script of the live response library that takes a file out of quarantine. Nobody but the tenant's own people put one there. */
const RESTORE_SCRIPT = 'Restore-QuarantinedFile.ps1'

const Options = z
  .strictObject({
    path: z
      .string()
      .trim()
      .max(1000)
      .regex(
        /^([A-Za-z]:\\|\\\\|\/)[^\p{Cc}"*?<>|]*[^\p{Cc}"*?<>|\\/]$/u,
        'must be the whole path of one file: C:\\Users\\ana\\a.exe, /home/ana/a',
      )
      .describe('Where the file lies on the device, in whole: C:\\Users\\ana\\Downloads\\invoice.exe.'),
    fromQuarantine: z
      .boolean()
      .default(false)
      .describe(`Take it out of quarantine first, with ${RESTORE_SCRIPT} of the tenant's live response library.`),
    comment: Comment.default('File collected by Cordon.'),
  })
  .refine(({ path, fromQuarantine }) => !fromQuarantine || isPlain(path), {
    path: ['path'],
    error:
      'must lie on a drive and have no quote, $, ` or ; in it where it is taken out of quarantine: it is handed to a script',
  })
type Options = z.infer<typeof Options>

/** Nothing in it means anything to PowerShell between double quotes; it takes typographic quotes for quotes, too. */
const isPlain = (path: string): boolean => /^[A-Za-z]:\\[^'$`;&%\u2018-\u201f]+$/.test(path)

function commandsOf({ path, fromQuarantine }: Options): LiveCommand[] {
  const restore = { type: 'RunScript', script: RESTORE_SCRIPT, args: `-FilePath "${path}"` } as const
  return [...(fromQuarantine ? [restore] : []), { type: 'GetFile', path }]
}

/**
 * Brings a file from a device by live response, and keeps it sealed. It may be dangerous: nothing of it is opened, and it leaves
 * Cordon in a ZIP with a password alone.
 *
 * @see https://learn.microsoft.com/defender-endpoint/api/run-live-response
 */
export const collectFile = defineAction<SessionState, DeviceTarget>({
  id: 'collect-file',
  on: 'device',
  title: 'Collect file from device',
  recoverability:
    'The device keeps the file; Cordon keeps a copy, sealed, which can be removed. A file that is taken out of quarantine for it is ' +
    'back at its place until the antivirus finds it again. A device that is switched off hands it over when it reports, within hours ' +
    'or days, or not at all.',
  permissions: [COLLECT_FILES, READ_DEVICES],
  requirements: [LIVE_RESPONSE_LICENSE],
  notOfferedIn: WHERE_DEFENDER_IS,
  options: Options,
  does: (count, options) => `collect ${fileIn(options)} from ${devicesOf(count)}`,
  did: (count, options) => `collected ${fileIn(options)} from ${devicesOf(count)}`,
  state: SessionState,
  // Collecting waits for the device itself; what it has not kept by then it has not got.
  patience: [],
  read: (target) => readSessionState(target, commandsOf(Options.parse(target.options))),
  settled: ({ other, otherBy }) =>
    other === undefined
      ? undefined
      : {
          state: 'failed',
          reason: `Another live response session with the device is open (${other}, begun by ${otherBy}), and a device has one at a time. Plan it again when that one has ended.`,
        },
  execute(target, before) {
    const options = Options.parse(target.options)
    const { path, comment } = options
    return collect(target, { commands: commandsOf(options), path, comment, before })
  },
  verify: (_before, now) => ({ is: now.fileId === undefined ? 'unchanged' : 'wanted', proof: proofOf(now) }),
})

/** The run has its settings wherever an effect is told; the catalog has none. */
function fileIn(options: Record<string, unknown> | undefined): string {
  return typeof options?.['path'] === 'string' ? `the file ${options['path']}` : 'a file'
}

function proofOf({ session, status, fileId, sha256, sizeBytes }: SessionState): string {
  if (fileId !== undefined)
    return `The file is kept, ${sizeBytes} bytes with SHA-256 ${sha256}, as session ${session} brought it.`
  if (session === undefined) return 'The device was not asked for the file.'
  const isWaiting = status === 'Pending' || status === 'InProgress'
  const later = isWaiting
    ? ' The device takes it up when it reports, or Microsoft gives it up; plan it again then.'
    : ''
  return `The file is not kept. The newest session for it (${session}) is ${status}.${later}`
}
