import { recordOperation } from '#world/azure/activity-log.ts'
import { securityAlerts } from '#world/azure/security-alerts.ts'
import type { Program } from '#world/azure/activity-event.ts'
import type { Reply } from '#http/exchange.ts'
import type { SecurityAlert } from '#world/azure/security-alerts.ts'

import { AzureError } from './errors.ts'
import { authorize } from './access.ts'
import { page } from './page.ts'
import type { Call, Route } from './route.ts'

/** Alerts of Defender for Cloud: to be listed, read, and given another state. */
const TYPE = 'Microsoft.Security/alerts'
const VERSIONS = ['2022-01-01', '2021-11-01', '2021-01-01', '2020-01-01', '2019-01-01']
const SUBSCRIPTION = '/subscriptions/:subscription'
const GROUP = `${SUBSCRIPTION}/resourceGroups/:group`
const PROVIDER = 'providers/Microsoft.Security'

const reading = (pattern: string, handle: Route['handle']): Route => ({
  method: 'GET',
  pattern,
  type: TYPE,
  versions: VERSIONS,
  action: 'Microsoft.Security/alerts/read',
  handle,
})

const CHANGES: Record<string, SecurityAlert['status']> = {
  dismiss: 'Dismissed',
  resolve: 'Resolved',
  activate: 'Active',
  inProgress: 'InProgress',
}

const changing = (pattern: string): Route[] =>
  Object.keys(CHANGES).map((change) => ({
    method: 'POST',
    pattern: `${pattern}/${change}`,
    type: TYPE,
    versions: VERSIONS,
    handle: (call) => changeStatus(call, change),
  }))

export const alertRoutes: readonly Route[] = [
  reading(`${SUBSCRIPTION}/${PROVIDER}/alerts`, listAlerts),
  reading(`${GROUP}/${PROVIDER}/alerts`, listAlerts),
  ...[SUBSCRIPTION, GROUP].flatMap((scope) => [
    reading(`${scope}/${PROVIDER}/locations/:location/alerts`, listAlerts),
    reading(`${scope}/${PROVIDER}/locations/:location/alerts/:alert`, getAlert),
    ...changing(`${scope}/${PROVIDER}/locations/:location/alerts/:alert`),
  ]),
]

const PAGE = 100

/** Newest first. There is no filter by time. */
function listAlerts(call: Call): Reply {
  const found = alertsIn(call).sort((a, b) => (a.timeGeneratedUtc < b.timeGeneratedUtc ? 1 : -1))
  return page(call.request, found.map(alertBody), PAGE)
}

function alertsIn({ tenant, subscription, params }: Call): SecurityAlert[] {
  const asked = (value: string, name: string | undefined) =>
    name === undefined || value.toLowerCase() === name.toLowerCase()
  return [...tenant.objects(securityAlerts).all()].filter(
    (alert) =>
      alert.subscription === subscription!.id &&
      asked(alert.group, params['group']) &&
      asked(alert.location, params['location']),
  )
}

function getAlert(call: Call): Reply {
  return { status: 200, body: alertBody(alertOf(call)) }
}

function alertOf(call: Call): SecurityAlert {
  const name = call.params['alert']!
  const found = alertsIn(call).find((alert) => alert.name.toLowerCase() === name.toLowerCase())
  if (!found) throw new AzureError(404, 'AlertNotFound', `The alert '${name}' was not found.`)
  return found
}

/** 204. @throws AzureError 403, 404. */
function changeStatus(call: Call, change: string): Reply {
  const action = `Microsoft.Security/locations/alerts/${change}/action`
  authorize(call, action, call.scope)
  const alert = alertOf(call)
  call.tenant.objects(securityAlerts).put(alert.name, { ...alert, status: CHANGES[change]! })
  recordOperation(call.tenant, {
    action,
    title: `Change the state of a security alert to ${CHANGES[change]}`,
    resourceId: alertId(alert),
    by: programOf(call),
    category: 'Administrative',
    role: 'Security Admin',
  })
  return { status: 204 }
}

/** The application that calls, as the activity log names it. */
export function programOf({ tenant, appId }: Call): Program {
  const application = tenant.applications.find(({ clientId }) => clientId === appId)
  return { appId, servicePrincipalId: application?.servicePrincipalId ?? appId, ip: '127.0.0.1' }
}

const alertId = ({ subscription, group, location, name }: SecurityAlert) =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Security/locations/${location}/alerts/${name}`

const alertBody = (alert: SecurityAlert) => ({
  id: alertId(alert),
  name: alert.name,
  type: 'Microsoft.Security/Locations/alerts',
  properties: {
    version: '2022-01-01',
    alertType: alert.alertType,
    systemAlertId: alert.name,
    productComponentName: alert.productComponentName,
    alertDisplayName: alert.alertDisplayName,
    description: alert.description,
    severity: alert.severity,
    intent: alert.intent,
    startTimeUtc: alert.startTimeUtc,
    endTimeUtc: alert.endTimeUtc,
    resourceIdentifiers: [{ type: 'AzureResource', azureResourceId: alert.resource }],
    remediationSteps: alert.remediationSteps,
    vendorName: 'Microsoft',
    status: alert.status,
    extendedLinks: [],
    alertUri: `https://portal.azure.com/#blade/Microsoft_Azure_Security/AlertBlade/alertId/${alert.name}/subscriptionId/${alert.subscription}/resourceGroup/${alert.group}/referencedFrom/alertDeepLink/location/${alert.location}`,
    timeGeneratedUtc: alert.timeGeneratedUtc,
    productName: 'Microsoft Defender for Cloud',
    processingEndTimeUtc: alert.processingEndTimeUtc,
    entities: [{ $id: '1', resourceId: alert.resource, type: 'azure-resource' }],
    isIncident: false,
    correlationKey: '',
    extendedProperties: alert.extendedProperties,
    compromisedEntity: alert.compromisedEntity,
    techniques: alert.techniques,
    subTechniques: [],
  },
})
