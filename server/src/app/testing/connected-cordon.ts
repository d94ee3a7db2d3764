import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Emulator, startEmulator } from '#connect/testing/start-emulator.ts'

import { type CordonProcess, startCordonProcess } from './cordon-process.ts'

/** Cordon as a process, connected to an emulated company; it is killed and goes on with its data as often as a test likes. */
export interface ConnectedCordon extends Pick<CordonProcess, 'call'> {
  emulator: Emulator
  /** Path below `/api` of the company's tenant. */
  tenant: string
  readonly kills: number
  /** `kill -9`, and a start on the same data. */
  killAndStart(): Promise<void>
  /** A stop in the ordinary way, and a start on the same data; what it ended with. */
  stopAndStart(): Promise<number | null>
  close(): Promise<void>
}

/**
 * @param options.emulator arguments of its `start` beyond `--no-live --throttle off`.
 * @param options.environment variables of Cordon's environment.
 * @param options.roles app roles of Cordon's application, which holds no directory role then; what the emulator gives it when absent.
 */
export async function startConnectedCordon(options: {
  emulator?: readonly string[]
  environment?: Record<string, string>
  roles?: readonly string[]
  feeds: readonly string[]
}): Promise<ConnectedCordon> {
  const emulator = await startEmulator(['--no-live', '--throttle', 'off', ...(options.emulator ?? [])])
  const folder = await mkdtemp(join(tmpdir(), 'cordon-connected-'))
  const start = () => startCordonProcess(join(folder, 'data'), emulator.cloudFile, options.environment)
  let cordon = await start()
  let kills = 0
  const { id, applications } = emulator.tenants[0]!
  const { clientId, secret } = applications[0]!
  const { roles } = options
  if (roles) await emulator.request(`/applications/${clientId}`, { roles, directoryRoles: [] }, 'PATCH' as 'PUT')
  await cordon.call('POST', '/connections', {
    name: 'Emulated',
    cloud: 'emulated',
    directoryId: id,
    clientId,
    credential: { kind: 'secret', secret },
    feeds: options.feeds,
  })
  return {
    emulator,
    tenant: `/tenants/${id}`,
    get kills() {
      return kills
    },
    call: (method, path, body) => cordon.call(method, path, body),
    async killAndStart() {
      await cordon.kill()
      kills++
      cordon = await start()
    },
    async stopAndStart() {
      const code = await cordon.stop()
      cordon = await start()
      return code
    },
    async close() {
      await cordon.stop()
      await emulator.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
