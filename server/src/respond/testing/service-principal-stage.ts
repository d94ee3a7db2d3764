import { z } from 'zod'

import { openApiTrial, type ApiTrial } from './api-trial.ts'
import type { Trial } from './test-contract.ts'

/** A service principal of the emulated company. */
export interface TriedServicePrincipal {
  id: string
  appId: string
  displayName: string
}

/** What an action on applications is tried on: services of other companies. */
export interface ServicePrincipalStage
  extends ApiTrial, Pick<Trial<TriedServicePrincipal>, 'subjects' | 'stranger' | 'request' | 'hide'> {
  /** One that people consented to one by one. */
  consentedByPeople: TriedServicePrincipal
  /** One of Microsoft's own. */
  microsofts: TriedServicePrincipal
  /** What Microsoft holds of the application, or of what it was allowed, read by a client of its own. */
  seen(application: TriedServicePrincipal): Promise<Record<string, unknown>>
  grantsOf(application: Pick<TriedServicePrincipal, 'id'>): Promise<Record<string, unknown>[]>
  /** Ids of the app roles that it holds. */
  rolesOf(application: Pick<TriedServicePrincipal, 'id'>): Promise<string[]>
  /** Registers one that holds app roles. */
  register(name: string, roles: readonly string[]): Promise<TriedServicePrincipal>
}

const READ = ['Application.Read.All', 'Directory.Read.All', 'User.Read.All']
const WRITE = ['Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All', 'DelegatedPermissionGrant.ReadWrite.All']
const Principals = z.object({
  value: z.array(
    z.object({ id: z.string(), appId: z.string(), displayName: z.string(), appOwnerOrganizationId: z.string() }),
  ),
})
const List = z.object({ value: z.array(z.record(z.string(), z.unknown())) })
const Made = z.object({ servicePrincipalId: z.string(), clientId: z.string() })

/** Starts the emulator and an embedded store; a second or two. */
export async function openServicePrincipalStage(): Promise<ServicePrincipalStage> {
  const trial = await openApiTrial('graph', { read: READ, write: WRITE, consistency: 'strong' })
  const { connectionId, onlooker, tenantId, company } = trial
  const at = ({ id }: Pick<TriedServicePrincipal, 'id'>) => `/v1.0/servicePrincipals/${id}`
  const grantsOf: ServicePrincipalStage['grantsOf'] = async (application) =>
    List.parse((await onlooker(`${at(application)}/oauth2PermissionGrants`)).json).value

  const { value: principals } = Principals.parse((await onlooker('/v1.0/servicePrincipals?$top=999')).json)
  const microsofts = principals.find(({ displayName }) => displayName === 'Office 365 Exchange Online')!
  const others = principals.filter(
    ({ appOwnerOrganizationId: owner }) => owner !== tenantId && owner !== microsofts.appOwnerOrganizationId,
  )
  const consents = new Map(await Promise.all(others.map(async (each) => [each, await grantsOf(each)] as const)))
  const isForAll = (each: (typeof others)[number]) => consents.get(each)![0]?.['consentType'] === 'AllPrincipals'
  const [forAll, forSome] = [others.filter(isForAll), others.filter((each) => !isForAll(each))]
  return {
    ...trial,
    subjects: [...forAll, ...forSome],
    consentedByPeople: forSome[0]!,
    microsofts,
    stranger: { id: '00000000-0000-0000-0000-000000000001', appId: 'x', displayName: 'Nobody' },
    request: (chosen) => ({ connectionId, targets: chosen.map(({ id }) => id) }),
    seen: async (application) => (await onlooker(at(application))).json,
    grantsOf,
    async rolesOf(application) {
      const { value } = List.parse((await onlooker(`${at(application)}/appRoleAssignments`)).json)
      return value.map(({ appRoleId }) => String(appRoleId)).toSorted()
    },
    async register(displayName, roles) {
      const made = Made.parse(await company.emulator.request('/applications', { name: displayName, roles }))
      return { id: made.servicePrincipalId, appId: made.clientId, displayName }
    },
    hide: ({ id }) => trial.strike({ match: { path: `servicePrincipals/${id}` }, do: { status: 500 } }),
  }
}
