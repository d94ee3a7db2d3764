import { randomUUID } from 'node:crypto'

import { z } from 'zod'

import { openApiStage, type Onlooker } from '#connect/testing/api-stage.ts'
import type { EmulatedApplication } from '#connect/testing/start-emulator.ts'
import { isoTime, systemClock } from '#domain/clock.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { recording } from './recording.ts'
import type { Trial } from './test-contract.ts'

/** What actions of Defender for Endpoint are tried with, whatever they are on. */
export interface DefenderStage extends Omit<Trial<never>, 'subjects' | 'stranger' | 'request' | 'hide'> {
  connectionId: string
  /** A client of its own with credentials of its own. */
  onlooker: Onlooker
  wait(ms: number): Promise<void>
}

const Faults = z.object({ rules: z.array(z.object({ struck: z.number() })) })

/** Starts the emulator and an embedded store; a second or two. `read` are the app roles that do no more than read. */
export async function openDefenderStage(read: readonly string[], write: readonly string[]): Promise<DefenderStage> {
  const all = [...read, ...write]
  const [stage, records] = await Promise.all([openApiStage('defender-endpoint', all), openTemporaryRecords()])
  const { emulator, onlooker } = stage
  const tenant = emulator.tenants[0]!
  const [application, auditor] = tenant.applications as [EmulatedApplication, EmulatedApplication]
  const grant = ({ clientId }: EmulatedApplication, roles: readonly string[]) =>
    emulator.request(`/applications/${clientId}`, { roles }, 'PATCH' as 'PUT')
  const arrange = async () => {
    await grant(application, all)
    await grant(auditor, read)
  }
  await arrange()
  const { microsoft, carriedOut, requestsTo } = recording(emulator.client({ application }))
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
    connectionId,
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
    requestsTo,
    async close() {
      await Promise.all([stage.close(), records.close()])
    },
  }
}
