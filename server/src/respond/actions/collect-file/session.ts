import { z } from 'zod'

import { downloadResult, isSession, runLiveResponse, type LiveCommand } from '#connect/apis/defender/live-response.ts'
import { listMachineActions, stateOf, type MachineAction } from '#connect/apis/defender/machine-actions.ts'
import type { CollectedFile } from '#domain/collected-file.ts'
import { AppError } from '#domain/errors.ts'
import { DEVICE_PATIENCE } from '#respond/device-state.ts'
import type { DeviceTarget } from '#respond/kinds/device.ts'
import { timers } from '#respond/timers.ts'

import { unpack } from './unpack.ts'

/** The newest live response session with the device that asks for the file, and what the run has kept of it. */
export const SessionState = z.object({
  session: z.string().optional(),
  status: z.string().optional(),
  /** An open session that asks for something else, and who began it. */
  other: z.string().optional(),
  otherBy: z.string().optional(),
  /** Of what is kept. */
  fileId: z.string().optional(),
  sha256: z.string().optional(),
  sizeBytes: z.int().optional(),
})
export type SessionState = z.infer<typeof SessionState>

/** Of sessions with a device, the newest first: those that ask for the same. @throws AppError CONNECT_*. */
async function readSessions({ microsoft, device, signal }: DeviceTarget, commands: readonly LiveCommand[]) {
  const sessions = (await listMachineActions(microsoft, device.id, signal)).filter(
    ({ type }) => type === 'LiveResponse',
  )
  const newest = sessions.find((session) => isSession(session, commands))
  const other = sessions.find((session) => isOpen(session) && !isSession(session, commands))
  return { newest, other }
}

const isOpen = (session: MachineAction): boolean => stateOf(session) === 'pending'

/** @throws AppError CONNECT_*, STORE_*. */
export async function readSessionState(target: DeviceTarget, commands: readonly LiveCommand[]): Promise<SessionState> {
  const { newest, other } = await readSessions(target, commands)
  const file = newest && (await target.files.find(newest.id))
  return {
    ...(newest && { session: newest.id, status: newest.status }),
    ...(other && { other: other.id, otherBy: other.requestor ?? 'somebody' }),
    ...(file && keptOf(file)),
  }
}

function keptOf({
  id: fileId,
  sha256,
  sizeBytes,
}: CollectedFile): Pick<SessionState, 'fileId' | 'sha256' | 'sizeBytes'> {
  return { fileId, sha256, sizeBytes }
}

/**
 * Has the device hand over the file at `path`, and keeps it. A session that is under way for the same is taken up, as is one that
 * was begun since `before`: after a crash nothing is asked twice. Returns without a file where the device does not report in time.
 *
 * @throws AppError CONNECT_*: Microsoft's words where the session or one of its commands failed.
 */
export async function collect(
  target: DeviceTarget,
  {
    commands,
    path,
    comment,
    before,
  }: { commands: readonly LiveCommand[]; path: string; comment: string; before: SessionState },
): Promise<Partial<SessionState>> {
  const { microsoft, device, files, signal } = target
  const { newest: known } = await readSessions(target, commands)
  const isOurs = known && (isOpen(known) || known.id !== before.session)
  const session = isOurs ? known : await runLiveResponse(microsoft, { machineId: device.id, comment, commands, signal })
  const ended = await waitFor(target, session.id, commands)
  if (!ended) return {}
  const what = `Could not collect ${path} from ${device.name}.`
  if (stateOf(ended) !== 'succeeded') throw failed(what, ended)
  const bytes = await downloadResult(microsoft, { session: ended.id, index: commands.length - 1, signal })
  const about = { session: ended.id, deviceId: device.id, deviceName: device.name, path }
  return keptOf(await files.keep(about, unpack(bytes, { what, maxBytes: files.maxBytes })))
}

/** The session when it has ended; undefined where that takes longer than anybody waits. */
async function waitFor(
  target: DeviceTarget,
  id: string,
  commands: readonly LiveCommand[],
): Promise<MachineAction | undefined> {
  const look = async () => {
    const { newest } = await readSessions(target, commands)
    return newest?.id === id && !isOpen(newest) ? newest : undefined
  }
  const { wait = timers, signal } = target
  for (const ms of DEVICE_PATIENCE) {
    const ended = await look()
    if (ended) return ended
    await wait(ms, signal)
  }
  return look()
}

function failed(what: string, { id, status, commands }: MachineAction): AppError {
  const said = (commands ?? []).flatMap(({ errors, command }) =>
    (errors ?? []).map((text) => `${command.type}: "${text}"`),
  )
  return new AppError({
    code: 'CONNECT_REQUEST_REFUSED',
    what,
    why: `The live response session ${id} ended as ${status}. ${said.length > 0 ? `Microsoft says: ${said.join('; ')}` : 'Microsoft says no more of it.'}`,
    fix: 'Check the path: it is that on the device, in whole. A file in quarantine does not lie there; it must be restored first.',
  })
}
