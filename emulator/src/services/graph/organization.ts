import type { Reply } from '#http/exchange.ts'

import { allowOptions, project, readSelect } from './odata/options.ts'
import type { Call, Route } from './route.ts'

/** The tenant itself. */
export const organizationRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/organization',
    returns: 'Collection(microsoft.graph.organization)',
    roles: [
      'Organization.Read.All',
      'Organization.ReadWrite.All',
      'User.Read.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
      'DeviceManagementConfiguration.Read.All',
      'DeviceManagementConfiguration.ReadWrite.All',
      'DeviceManagementServiceConfig.Read.All',
      'DeviceManagementServiceConfig.ReadWrite.All',
    ],
    handle: getOrganization,
  },
]

function getOrganization(call: Call): Reply {
  const { world } = call.tenant
  allowOptions(call.request.query, ['$select'])
  const organization = {
    id: world.tenantId,
    displayName: world.name,
    tenantType: 'AAD',
    countryLetterCode: world.country,
    createdDateTime: `${new Date(world.epoch - 1600 * 86_400_000).toISOString().slice(0, 19)}Z`,
    preferredLanguage: 'en',
    technicalNotificationMails: [`it@${world.domain}`],
    securityComplianceNotificationMails: [],
    onPremisesSyncEnabled: null,
    verifiedDomains: [
      {
        capabilities: 'Email, OfficeCommunicationsOnline',
        isDefault: true,
        isInitial: false,
        name: world.domain,
        type: 'Managed',
      },
      {
        capabilities: 'Email, OfficeCommunicationsOnline',
        isDefault: false,
        isInitial: true,
        name: world.initialDomain,
        type: 'Managed',
      },
    ],
    assignedPlans: [],
  }
  const select = readSelect(call.request.query, Object.keys(organization), 'microsoft.graph.organization')
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#organization`,
      value: [select ? project(organization, select) : organization],
    },
  }
}
