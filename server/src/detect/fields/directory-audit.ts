import { AUDIT_LISTS } from './audit.ts'
import { OUTCOME } from './outcome.ts'
import { at, type EventStream, type FieldSource, together } from './source.ts'

/** What rules call activities that Microsoft writes otherwise. */
const ACTIVITIES = {
  'add eligible member to role in pim completed (permanent)': ['Add eligible member (permanent)'],
  'add eligible member to role in pim completed (timebound)': ['Add eligible member (eligible)'],
  'remove eligible member from role in pim completed (permanent)': ['Remove eligible member (permanent)'],
  'remove eligible member from role in pim completed (timebound)': ['Remove eligible member (eligible)'],
  'add member to role request approved (pim activation)': ['Request Approved/Denied'],
  'add member to role request denied (pim activation)': ['Request Approved/Denied'],
  'add member to group': ['Add member from group'],
  'user has elevated their access to user access administrator for their azure resources': [
    'Assigns the caller to user access admin',
  ],
}
const CATEGORIES = { azurerbacrolemanagementelevateaccess: ['Administrative'] }
const TYPES = { serviceprincipal: ['ServicePrincipal', 'Service Principal'] }
const APP_ADDRESS = { appaddress: ['Update Application Sucess- Property Name AppAddress'] }

const NAMES = ['OperationName', 'ActivityDisplayName', 'ActivityType', 'Activity']
const INITIATORS = ['InitiatedBy', 'Initiatied.By', 'Initiated.By', 'Actor']

const TARGETS = ['azure', 'auditlogs', 'properties', 'targetResources']
const CHANGES = [...TARGETS, 'modifiedProperties']
const ACTIVITY = activity('azure.auditlogs.properties.activityDisplayName')

function activity(path: string): FieldSource[] {
  return [
    at(path),
    at('event.action'),
    at('event.action', { fold: 'dashes' }),
    at('event.action', { words: ACTIVITIES }),
  ]
}

/** Entra's directory audits. */
export const DIRECTORY_AUDITS: EventStream = {
  dataset: 'azure.auditlogs',
  roots: [
    ['azure', 'auditlogs', 'properties'],
    ['azure', 'auditlogs'],
  ],
  lists: [
    {
      names: ['targetresources.modifiedproperties', 'modifiedproperties'],
      path: CHANGES,
      change: { old: 'oldValue', new: 'newValue' },
    },
    { names: ['additionaldetails'], path: ['azure', 'auditlogs', 'properties', 'additionalDetails'] },
  ],
  aliases: {
    ...together(NAMES, ...ACTIVITY, at('azure.auditlogs.operationName')),
    ...together(
      ['properties.message', 'message'],
      ...ACTIVITY,
      at('azure.auditlogs.properties.resultReason'),
      { path: TARGETS, read: 'json' },
      { path: CHANGES, read: 'changes' },
      { path: CHANGES, read: 'names', words: APP_ADDRESS },
    ),
    ...together(
      ['Category'],
      at('azure.auditlogs.properties.category'),
      at('azure.auditlogs.properties.category', { words: CATEGORIES }),
    ),
    ...together(
      ['Status', 'Result'],
      at('azure.auditlogs.properties.result'),
      at('event.outcome', { words: OUTCOME }),
      at('azure.auditlogs.properties.resultReason'),
    ),
    ...together(
      ['failure_status_reason', 'ResultReason', 'ResultDescription'],
      at('azure.auditlogs.properties.resultReason'),
      at('azure.auditlogs.resultDescription'),
    ),
    ...together(INITIATORS, at('azure.auditlogs.properties.initiatedBy'), at('azure.auditlogs.identity')),
    ...together(['callerIpAddress', 'IPAddress'], at('source.ip')),
    ...together(['TargetResources', 'Target'], { path: TARGETS, read: 'values' }, { path: CHANGES, read: 'names' }),
    ...together(
      ['TargetResources.type'],
      at('azure.auditlogs.properties.targetResources.type'),
      at('azure.auditlogs.properties.targetResources.type', { words: TYPES }),
    ),
  },
}

const AUDITED_CATEGORIES = {
  user: ['UserManagement'],
  role: ['RoleManagement'],
  group: ['GroupManagement'],
  application: ['ApplicationManagement'],
  serviceprincipal: ['ApplicationManagement'],
  policy: ['Policy'],
  device: ['Device'],
  company: ['DirectoryManagement'],
  domain: ['DirectoryManagement'],
  administrativeunit: ['AdministrativeUnit'],
}
const KINDS = { ...TYPES, user: ['User'], group: ['Group'], role: ['Role'], application: ['Application'] }
const AUDITED_CHANGES = ['o365', 'audit', 'ModifiedProperties']

/** What the directory writes to the audit log of it: fewer facts, and without a licence for Entra's logs. */
export const AUDITED_DIRECTORY: EventStream = {
  dataset: 'o365.audit',
  when: { path: ['event', 'code'], values: ['AzureActiveDirectory'] },
  roots: [['o365', 'audit']],
  lists: AUDIT_LISTS.map((list) =>
    list.change ? { ...list, names: [...list.names, 'targetresources.modifiedproperties'] } : list,
  ),
  aliases: {
    ...together([...NAMES, 'Operation'], ...activity('o365.audit.Operation')),
    ...together(
      ['properties.message', 'message'],
      ...activity('o365.audit.Operation'),
      { path: AUDITED_CHANGES, read: 'changes' },
      { path: AUDITED_CHANGES, read: 'names', words: APP_ADDRESS },
    ),
    ...together(
      ['Category'],
      at('o365.audit.ExtendedProperties.extendedAuditEventCategory', { words: AUDITED_CATEGORIES }),
    ),
    ...together(['LoggedByService'], at('event.code', { words: { azureactivedirectory: ['Core Directory'] } })),
    ...together(['Status', 'Result'], at('event.outcome', { words: OUTCOME }), at('o365.audit.ResultStatus')),
    ...together(INITIATORS, at('o365.audit.Actor.ID'), at('o365.audit.UserId')),
    ...together(['callerIpAddress', 'IPAddress'], at('source.ip')),
    ...together(
      ['TargetResources', 'Target'],
      at('o365.audit.Target.ID'),
      at('o365.audit.ObjectId'),
      at('o365.audit.ModifiedProperties'),
      { path: AUDITED_CHANGES, read: 'names' },
    ),
    ...together(['TargetResources.id'], at('o365.audit.Target.ID'), at('o365.audit.ObjectId')),
    ...together(['TargetResources.displayName', 'TargetResources.userPrincipalName'], at('o365.audit.Target.ID')),
    ...together(['TargetResources.type'], at('o365.audit.Target.ID', { words: KINDS })),
    ...together(['additionalDetails'], at('o365.audit.ExtendedProperties.additionalDetails')),
    ...together(['CorrelationId'], at('o365.audit.InterSystemsId')),
    ...together(['Id'], at('o365.audit.IntraSystemsId')),
  },
}
