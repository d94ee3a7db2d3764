import { randomUUID } from 'node:crypto'

import { z } from 'zod'

import type { MicrosoftApi } from '#connect/microsoft.ts'
import { openApiStage, type Onlooker } from '#connect/testing/api-stage.ts'
import type { EmulatedApplication, Emulator } from '#connect/testing/start-emulator.ts'
import { isoTime, systemClock } from '#domain/clock.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { recording } from './recording.ts'
import type { Trial } from './test-contract.ts'

/** What actions of one of Microsoft's APIs are tried with, whatever they are on. */
export interface ApiTrial extends Omit<Trial<never>, 'subjects' | 'stranger' | 'request' | 'hide'> {
  emulator: Emulator
  connectionId: string
  /** Client ID of the application that acts. */
  clientId: string
  /** A client of its own with credentials of its own. */
  onlooker: Onlooker
  wait(ms: number): Promise<void>
}

/** What an application may do in the emulated company. */
export interface Rights {
  roles: readonly string[]
  /** Template ids. */
  directoryRoles?: readonly string[]
}

const Faults = z.object({ rules: z.array(z.object({ struck: z.number() })) })

/**
 * Starts the emulator and an embedded store; a second or two. `read` is what the application that only reads may do, `write`
 * what the one that acts may do besides.
 */
export async function openApiTrial(api: MicrosoftApi, read: Rights, write: Rights): Promise<ApiTrial> {
  const both: Rights = {
    roles: [...read.roles, ...write.roles],
    directoryRoles: [...(read.directoryRoles ?? []), ...(write.directoryRoles ?? [])],
  }
  const [stage, records] = await Promise.all([
    // Whether a run is taken up where it was cut off is asked here; that reads lag behind is tried elsewhere.
    openApiStage(api, both.roles, both.directoryRoles, ['--consistency', 'strong']),
    openTemporaryRecords(),
  ])
  const { emulator, onlooker } = stage
  const tenant = emulator.tenants[0]!
  const [application, auditor] = tenant.applications as [EmulatedApplication, EmulatedApplication]
  const grant = ({ clientId }: EmulatedApplication, rights: Rights) =>
    emulator.request(`/applications/${clientId}`, { directoryRoles: [], ...rights }, 'PATCH' as 'PUT')
  const arrange = async () => {
    await grant(application, both)
    await grant(auditor, read)
  }
  await arrange()
  const { microsoft, carriedOut } = recording(emulator.client({ application }))
  const connectionId = randomUUID()
  await records.tenants.ensure(tenant.id, 'Emulated')
  await records.connections.create(
    {
      id: connectionId,
      tenantId: tenant.id,
      name: 'Emulated',
      cloud: 'emulated',
      clientId: application.clientId,
      credentialKind: 'secret',
      feeds: [],
      createdAt: isoTime(systemClock.now()),
      settings: { authorizedDomains: [tenant.domain] },
    },
    { kind: 'secret', secret: 'x' },
  )
  return {
    records,
    microsoft,
    readOnly: emulator.client({ application: auditor }),
    tenantId: tenant.id,
    clock: systemClock,
    emulator,
    connectionId,
    clientId: application.clientId,
    onlooker,
    wait: stage.pass,
    async reset() {
      await stage.reset()
      await arrange()
      carriedOut.length = 0
    },
    async strike(fault) {
      await emulator.request('/faults', fault)
    },
    async struck() {
      return Faults.parse(await emulator.request('/faults')).rules.reduce((sum, rule) => sum + rule.struck, 0)
    },
    requestsTo: (method, path) => carriedOut.filter((each) => each.method === method && each.url.match(path)).length,
    async close() {
      await Promise.all([stage.close(), records.close()])
    },
  }
}
