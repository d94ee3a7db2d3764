import { z } from 'zod'

import { percentEncode } from '#connect/apis/graph/odata.ts'
import type { Microsoft } from '#connect/microsoft.ts'

import { giveOrder, type MachineAction, type Order } from './machine-actions.ts'

/**
 * Live response: commands that Defender for Endpoint runs on a machine, one session of a machine at a time. A session is a machine
 * action; a machine that is switched off takes it up when it reports, within hours or days, or not at all.
 *
 * @see https://learn.microsoft.com/defender-endpoint/api/run-live-response
 */
export type LiveCommand =
  | { type: 'GetFile'; path: string }
  /** A script of the tenant's live response library. */
  | { type: 'RunScript'; script: string; args: string }

/**
 * Begins a session. Where the same is under way already, gives that.
 *
 * @throws AppError CONNECT_*: CONNECT_REQUEST_REFUSED with Microsoft's words, as where another session is open, or live response is off.
 */
export function runLiveResponse(
  microsoft: Microsoft,
  { commands, ...order }: Order & { commands: readonly LiveCommand[] },
): Promise<MachineAction> {
  return giveOrder(microsoft, order, {
    verb: 'runliveresponse',
    type: 'LiveResponse',
    body: { Commands: commands.map(wireOf) },
    permission: 'Machine.LiveResponse',
    what: 'Could not begin a live response session with the device.',
    isSame: (known) => isSession(known, commands),
  })
}

/** Whether an order is a session of exactly these commands. */
export function isSession(order: MachineAction, commands: readonly LiveCommand[]): boolean {
  const known = (order.commands ?? []).map(({ command: { type, params } }) => ({ type, params: params ?? [] }))
  return order.type === 'LiveResponse' && JSON.stringify(known) === JSON.stringify(commands.map(wireOf))
}

/**
 * What a command of a session has given, as Microsoft packs it. Each call asks for a new link, which is good for half an hour.
 *
 * @throws AppError CONNECT_*.
 * @see https://learn.microsoft.com/defender-endpoint/api/get-live-response-result
 */
export async function downloadResult(
  microsoft: Microsoft,
  { session, index, signal }: { session: string; index: number; signal?: AbortSignal | undefined },
): Promise<AsyncGenerator<Buffer, void, undefined>> {
  const request = {
    api: 'defender-endpoint',
    what: 'Could not fetch what live response has brought.',
    ...(signal && { signal }),
  } as const
  const path = `/api/machineactions/${percentEncode(session)}/GetLiveResponseResultDownloadLink(index=${index})`
  const { value: url } = await microsoft.json({ ...request, path, permission: READ_RESULTS }, Link)
  return microsoft.download({ ...request, url })
}

/** Microsoft's page names this one alone now; it once named Machine.Read.All besides, which may still do. */
const READ_RESULTS = 'Machine.ReadWrite.All'

const Link = z.object({ value: z.string() })

function wireOf(command: LiveCommand): { type: string; params: { key: string; value: string }[] } {
  return command.type === 'GetFile'
    ? { type: 'GetFile', params: [{ key: 'Path', value: command.path }] }
    : {
        type: 'RunScript',
        params: [
          { key: 'ScriptName', value: command.script },
          { key: 'Args', value: command.args },
        ],
      }
}
