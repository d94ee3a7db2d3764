import type { Meaning } from '#normalize/ecs/categories.ts'
import { changeOf, doing, meaningOfUse } from './operation.ts'
import { defineApplication } from './application.ts'

/**
 * Searching and exporting what the organization has: eDiscovery, content and audit searches, communication compliance, insider
 * risk. Whoever may do it sees every mailbox, and `Remove` of what was found deletes mail.
 */
export const discovery = defineApplication({
  name: 'discovery',
  place: 'Microsoft Purview',
  recordTypes: [24, 31, 58, 68, 91, 292, 295, 296, 297, 306, 307, 308, 333, 335],
  workloads: ['SecurityComplianceCenter', 'Discovery', 'eDiscovery', 'Purview', 'AuditSearch'],
  objects: ['Name', 'SearchName', 'ObjectId', 'CaseName', 'Case'],
  people: ['ExchangeLocations', 'Custodian', 'SourceUserId'],
  meaning: (operation): Meaning => {
    if (/Member|Role|Admin|Permission/i.test(operation)) return meaningOfUse(operation)
    if (/Export|Download|Preview|View|Results/i.test(operation)) return doing('web', 'access')
    if (/^(?:Search|Started?)|SearchStart|Search-/.test(operation) && !/Creat|Remov|Updat|Delet/i.test(operation))
      return doing('web', 'access')
    return doing('configuration', changeOf(operation))
  },
})
