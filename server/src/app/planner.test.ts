import { execFileSync } from 'node:child_process'

import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { appRoleOf } from '#connect/app-roles.ts'
import { permissionToWrite } from '#connect/consent.ts'
import { CLOUDS } from '#connect/clouds.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'

import { FEATURES, whyNotOffered } from './permissions.ts'
import { planPermissions, type PlanRequest } from './planner.ts'

const NOTHING: PlanRequest = {
  cloud: 'worldwide',
  feeds: [],
  investigate: false,
  actions: [],
  separate: false,
  name: 'Cordon',
}
const idsOf = (use: string) => FEATURES.filter((feature) => feature.use === use).map(({ id }) => id)
const EVERYTHING: PlanRequest = { ...NOTHING, feeds: idsOf('collect'), investigate: true, actions: idsOf('respond') }

describe('a plan', () => {
  it('asks for what the chosen features declare, for all of it and for nothing else', () => {
    const request = fc.record({
      cloud: fc.constantFrom(...CLOUDS.map(({ name }) => name)),
      feeds: fc.subarray(EVERYTHING.feeds as string[]),
      investigate: fc.boolean(),
      actions: fc.subarray(EVERYTHING.actions as string[]),
      separate: fc.boolean(),
    })
    fc.assert(
      fc.property(request, (chosen) => {
        const ids = new Set([...chosen.feeds, ...chosen.actions, ...(chosen.investigate ? ['investigate'] : [])])
        fc.pre(ids.size > 0)
        const cloud = CLOUDS.find(({ name }) => name === chosen.cloud)!
        const plan = planPermissions({ ...NOTHING, ...chosen }, CLOUDS)
        const wanted = FEATURES.filter((feature) => ids.has(feature.id))
        const offered = wanted.filter((feature) => whyNotOffered(feature, cloud) === undefined)
        expect(plan.leftOut.map(({ id }) => id)).toEqual(
          wanted.filter((each) => !offered.includes(each)).map(({ id }) => id),
        )
        for (const { uses, permissions } of plan.registrations) {
          const names = new Set(permissions.map(({ resource, permission }) => `${resource} ${permission}`))
          const features = offered.filter(({ use }) => uses.includes(use))
          const needed = new Set(
            features.flatMap((feature) =>
              feature.permissions
                .filter(({ resource, permission }) => appRoleOf(resource, permission))
                .map(({ resource, permission }) => {
                  const write = `${resource} ${permissionToWrite(permission)}`
                  return names.has(write) ? write : `${resource} ${permission}`
                }),
            ),
          )
          expect(names).toEqual(needed)
        }
      }),
    )
  })

  it('may be three registrations, of which the one that collects and searches can change nothing', () => {
    const { registrations } = planPermissions({ ...EVERYTHING, separate: true }, CLOUDS)
    expect(registrations.map(({ name }) => name)).toEqual(['Cordon collect', 'Cordon investigate', 'Cordon respond'])
    for (const { permissions } of registrations.slice(0, 2)) {
      expect(permissions.filter(({ permission }) => permission.includes('Write'))).toEqual([])
    }
  })

  it('provisions the service principal of message trace before its permission', () => {
    const { registrations } = planPermissions({ ...NOTHING, feeds: ['graph.message-trace'] }, CLOUDS)
    const { azureCli, powershell } = registrations[0]!.scripts
    const principal = '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373'
    expect(azureCli.indexOf(`principal_of ${principal}`)).toBeGreaterThan(-1)
    expect(azureCli.indexOf(`principal_of ${principal}`)).toBeLessThan(
      azureCli.indexOf('ExchangeMessageTrace.Read.All'),
    )
    expect(powershell).toContain(`Get-Principal '${principal}'`)
  })

  it('gives a directory role with its template id, and the consent link of the cloud', () => {
    const request = {
      ...NOTHING,
      cloud: 'gcc-high',
      feeds: ['exchange.quarantine'],
      directoryId: 'the-tenant',
      clientId: 'the-app',
    }
    const { requirements, consentUrl, scripts } = planPermissions(request, CLOUDS).registrations[0]!
    expect(requirements).toMatchObject([
      { kind: 'directory-role', id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
    ])
    expect(consentUrl).toBe('https://login.microsoftonline.us/the-tenant/adminconsent?client_id=the-app')
    expect(scripts.azureCli).toContain('az cloud set --name AzureUSGovernment')
    expect(scripts.powershell).toContain('-Environment USGov ')
  })

  it('refuses what does not exist, and nothing at all', () => {
    expect(() => planPermissions({ ...NOTHING, feeds: ['graph.weather'] }, CLOUDS)).toThrow('no feature graph.weather')
    expect(() => planPermissions(NOTHING, CLOUDS)).toThrow('Nothing was chosen')
  })

  it('is a script that bash can read, whatever the registration is called', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).map((text) => text.replaceAll('\0', '')),
        (name) => {
          const { azureCli } = planPermissions({ ...EVERYTHING, name }, CLOUDS).registrations[0]!.scripts
          expect(execFileSync('bash', ['-n'], { input: azureCli }).toString()).toBe('')
        },
      ),
      { numRuns: 10 },
    )
  })
})

const Added = z.object({ clientId: z.string(), secret: z.string() })
const Published = z.object({ appRoles: z.array(z.object({ id: z.string(), value: z.string() })) })

describe('ids of app roles', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await startEmulator(['--no-live'])
  })
  afterAll(() => emulator.stop())

  it('are those that the APIs publish in a tenant', async () => {
    const tenant = emulator.tenants[0]!
    const body = { tenant: tenant.id, name: 'Reader', roles: ['Application.Read.All'] }
    const application = Added.parse(await emulator.request('/applications', body))
    const microsoft = emulator.client({ tenant, application })
    const { permissions } = planPermissions(EVERYTHING, CLOUDS).registrations[0]!
    for (const { resourceAppId, permission, roleId } of permissions) {
      const path = `/v1.0/servicePrincipals(appId='${resourceAppId}')?$select=appRoles`
      const { appRoles } = await microsoft.json({ api: 'graph', path, what: 'Could not read the roles.' }, Published)
      const published = appRoles.find(({ value }) => value === permission)
      // Defender for Cloud Apps publishes no ids: its role is found by name.
      const known = permission === 'Investigation.Read' ? undefined : published!.id
      expect({ permission, roleId }).toEqual({ permission, roleId: known })
    }
  })
})
