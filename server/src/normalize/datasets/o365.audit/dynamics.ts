import { changeOf, doing, meaningOfUse } from './operation.ts'
import { defineApplication } from './application.ts'

/** Dynamics 365 and Dataverse: rows of business data that people and programs read and change. */
export const dynamics = defineApplication({
  name: 'dynamics',
  place: 'Dynamics 365',
  recordTypes: [21, 278],
  workloads: ['CRM', 'Dynamics365', 'Dynamics365BusinessCentral'],
  objects: ['PrimaryFieldValue', 'EntityName', 'ItemType', 'CrmOrganizationUniqueName'],
  meaning: (operation) => {
    if (/Login|SignIn|Authenticat/i.test(operation)) return { category: ['authentication'], type: ['start'] }
    if (/Logout|SignOut/i.test(operation)) return { category: ['authentication'], type: ['end'] }
    if (/Role|Permission|Team|Privilege/i.test(operation)) return meaningOfUse(operation)
    const change = changeOf(operation)
    return doing('database', change === 'access' || change === 'info' ? change : 'change')
  },
})
