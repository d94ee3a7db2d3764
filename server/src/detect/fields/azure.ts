import { at, type EventStream, together } from './source.ts'

/** What rules and Entra's pages call detections that Graph names otherwise. */
const RISKS = {
  mcasimpossibletravel: ['impossibleTravel'],
  mcassuspiciousinboxforwarding: ['suspiciousInboxForwarding'],
  mcasnewcountry: ['newCountry'],
  suspiciousinboxmanipulationrules: ['mcasSuspiciousInboxManipulationRules'],
  unfamiliarlocation: ['unfamiliarFeatures'],
  anonymousipaddress: ['anonymizedIPAddress'],
}

/** What Entra ID Protection found. */
export const RISK_DETECTIONS: EventStream = {
  dataset: 'azure.identity_protection',
  roots: [
    ['azure', 'identityprotection', 'properties'],
    ['azure', 'identityprotection'],
  ],
  lists: [],
  aliases: {
    ...together(
      ['riskEventType', 'riskType'],
      at('azure.identityprotection.properties.riskEventType'),
      at('azure.identityprotection.properties.riskEventType', { words: RISKS }),
    ),
    ...together(['callerIpAddress', 'IPAddress'], at('source.ip')),
    ...together(['Location'], at('azure.identityprotection.properties.location.countryOrRegion')),
  },
}

const OPERATION = [at('event.action'), at('azure.activitylogs.operationName')]

/** Azure's activity log. */
export const AZURE_ACTIVITIES: EventStream = {
  dataset: 'azure.activitylogs',
  roots: [
    ['azure', 'activitylogs'],
    ['azure', 'activitylogs', 'properties'],
  ],
  lists: [],
  aliases: {
    ...together(['operationName', 'OperationNameValue'], ...OPERATION),
    ...together(
      ['properties.message', 'message'],
      at('azure.activitylogs.properties.message'),
      at('azure.activitylogs.localized.operationName'),
      ...OPERATION,
    ),
    ...together(['CategoryValue', 'Category'], at('azure.activitylogs.category')),
    ...together(['ResourceProviderValue', 'ResourceProvider'], at('azure.activitylogs.resourceProviderName')),
    ...together(
      ['ActivityStatusValue', 'ActivityStatus', 'Status'],
      at('azure.activitylogs.status'),
      at('azure.activitylogs.resultType'),
      at('event.outcome'),
    ),
    ...together(['callerIpAddress'], at('source.ip')),
  },
}

/** Calls of Microsoft Graph. */
export const GRAPH_ACTIVITIES: EventStream = {
  dataset: 'azure.graphactivitylogs',
  roots: [
    ['azure', 'graphactivitylogs', 'properties'],
    ['azure', 'graphactivitylogs'],
  ],
  lists: [],
  aliases: { ...together(['callerIpAddress', 'IPAddress'], at('source.ip')) },
}
